-- The user and the database of Servery, made once on the primary, as the superuser:
--   psql -v ON_ERROR_STOP=1 -v password="$PASSWORD" -f database.sql
create role servery login password :'password';
create database servery owner servery;
