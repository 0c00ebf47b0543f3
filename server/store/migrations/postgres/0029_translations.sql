-- The texts of menus in other languages, as JSON; null where nothing is translated.
alter table categories add column translations text;
alter table dishes add column translations text;
alter table option_groups add column translations text;
alter table choices add column translations text;
