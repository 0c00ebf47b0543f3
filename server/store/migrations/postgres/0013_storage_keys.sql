-- A device encrypts its storage with it. One that was paired before has nothing encrypted, and gets a key when it is paired again.
alter table devices add column storage_key text not null default '';
