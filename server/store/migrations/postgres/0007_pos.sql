-- An installed staff app. Of its token, and of the code that lets it in, only hashes are stored.
create table devices (
    id text primary key,
    restaurant_id text not null references restaurants (id),
    kind text not null,
    name text not null,
    token_hash text not null unique,
    paired_at bigint not null,
    seen_at bigint,
    revoked_at bigint
);
create index devices_of_restaurant on devices (restaurant_id);

create table pairing_codes (
    hash text primary key,
    restaurant_id text not null references restaurants (id),
    kind text not null,
    name text not null,
    expires_at bigint not null,
    -- The device that it let in. It may ask again: the answer may have been lost.
    device_id text
);

-- The names under which a device counts its ops, and how far each has come.
create table streams (
    name text primary key,
    device_id text not null references devices (id),
    done bigint not null
);
create index streams_of_device on streams (device_id);

-- What every number stood for. An op that came again under another number has its words here once.
create table device_ops (
    stream text not null,
    n bigint not null,
    restaurant_id text not null,
    op_id text not null,
    at bigint not null,
    op text,
    primary key (stream, n)
);
create index device_ops_by_id on device_ops (op_id);

-- All of a house but its orders and portions. What is gone for the devices keeps its body for the books;
-- without a body it is gone for good, and the row is there to say so.
create table pos_records (
    id text not null,
    restaurant_id text not null,
    revision bigint not null,
    gone boolean not null,
    over_since bigint,
    body text,
    primary key (id, restaurant_id)
);
create index changed_pos_records on pos_records (restaurant_id, revision);
create index live_pos_records on pos_records (restaurant_id, id) where gone = false;
create index pos_records_over on pos_records (over_since) where gone = false and over_since is not null;
create index pos_records_gone on pos_records (over_since) where gone = true and body is null;

-- What was forgotten of pos_records that are gone: who knows less than this is told everything.
alter table counters add column forgotten bigint not null default 0;

-- A device names dishes as it likes: each restaurant counts for itself.
alter table stock drop constraint stock_pkey;
alter table stock add primary key (dish_id, restaurant_id);
alter table stock add column revision bigint not null default 0;
