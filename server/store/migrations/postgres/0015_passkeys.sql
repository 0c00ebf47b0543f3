-- Of each passkey it is known from now on by which algorithm it signs, and whether it may be copied to other devices. Those that were
-- made before never said, and have to be made anew.
delete from passkeys;
alter table passkeys add column algorithm bigint not null default -7;
alter table passkeys add column backup_eligible boolean not null default false;
alter table passkeys add column backed_up boolean not null default false;
