create table accounts (
    id text primary key,
    email text not null,
    -- The address in lower case: those that differ in that only are one.
    email_key text not null unique,
    name text not null,
    lang text not null,
    password text,
    verified_at integer,
    addresses text not null,
    created_at integer not null
) strict, without rowid;

-- Only hashes of tokens are stored: who reads this table can sign in as nobody.
create table sessions (
    key text primary key,
    account_id text not null references accounts (id) on delete cascade,
    created_at integer not null,
    seen_at integer not null,
    expires_at integer not null
) strict, without rowid;
create index sessions_of_account on sessions (account_id);

create table mail_tokens (
    key text primary key,
    account_id text not null references accounts (id) on delete cascade,
    purpose text not null,
    expires_at integer not null
) strict, without rowid;
create index mail_tokens_of_account on mail_tokens (account_id);

create table passkeys (
    id text primary key,
    account_id text not null references accounts (id) on delete cascade,
    public_key text not null,
    counter integer not null,
    name text not null,
    created_at integer not null
) strict, without rowid;
create index passkeys_of_account on passkeys (account_id);

create table challenges (
    key text primary key,
    -- Whose passkey is being made; without it, somebody signs in.
    account_id text references accounts (id) on delete cascade,
    expires_at integer not null
) strict, without rowid;

create table staff (
    account_id text not null references accounts (id) on delete cascade,
    restaurant_id text not null references restaurants (id),
    role text not null,
    primary key (account_id, restaurant_id)
) strict, without rowid;
create index staff_of_restaurant on staff (restaurant_id);
