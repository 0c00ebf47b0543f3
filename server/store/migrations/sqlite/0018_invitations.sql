-- Accounts that run this installation.
create table operators (
    account_id text primary key references accounts (id) on delete cascade
) strict, without rowid;

-- Links that let somebody have a restaurant. The key is the hash of the token in the link.
create table invitations (
    key text primary key,
    kind text not null,
    expires_at integer not null,
    -- Who accepted it, and has not made the restaurant yet.
    account_id text references accounts (id) on delete cascade
) strict, without rowid;
create index invitations_of_account on invitations (account_id) where account_id is not null;
