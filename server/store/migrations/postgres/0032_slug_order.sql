-- Slugs are compared by byte, as in SQLite and in the program, so that the index gives the restaurants in their order.
alter table restaurants alter column slug type text collate "C";
