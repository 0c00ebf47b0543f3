-- Of each passkey it is known from now on by which algorithm it signs, and whether it may be copied to other devices. Those that were
-- made before never said, and have to be made anew.
delete from passkeys;
alter table passkeys add column algorithm integer not null default -7;
alter table passkeys add column backup_eligible integer not null default 0;
alter table passkeys add column backed_up integer not null default 0;
