-- PostgreSQL compares slugs by byte from here on. SQLite always has.
select 1;
