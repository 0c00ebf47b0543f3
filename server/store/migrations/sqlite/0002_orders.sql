alter table restaurants add column holidays text not null default '[]';
alter table restaurants add column ordering text not null default '{}';
alter table dishes add column served text;
alter table dishes add column tax text;
alter table choices add column dish_id text;
alter table choices add column option_groups text not null default '[]';

-- Orders have a counter of their own: with the menu's, every order would make every copy of the menu old.
create table counters (
    restaurant_id text primary key references restaurants (id),
    revision integer not null,
    number integer not null
) strict, without rowid;
insert into counters (restaurant_id, revision, number) select id, 0, 0 from restaurants;

insert into revisions (name, revision) values ('stock', 1);

create table stock (
    dish_id text primary key,
    restaurant_id text not null,
    portions integer not null check (portions >= 0)
) strict, without rowid;
create index stock_of_restaurant on stock (restaurant_id);

create table slots (
    restaurant_id text not null,
    slot integer not null,
    taken integer not null,
    primary key (restaurant_id, slot)
) strict, without rowid;

create table coupons (
    restaurant_id text not null,
    code text not null,
    coupon text not null,
    primary key (restaurant_id, code)
) strict, without rowid;

-- The row of nobody counts for all together.
create table coupon_uses (
    restaurant_id text not null,
    code text not null,
    customer text not null,
    used integer not null,
    primary key (restaurant_id, code, customer)
) strict, without rowid;

create table tables (
    restaurant_id text not null,
    code text primary key,
    name text not null
) strict, without rowid;

create index tables_of_restaurant on tables (restaurant_id, name);

create table orders (
    id text primary key,
    restaurant_id text not null,
    token text not null unique,
    number integer not null,
    revision integer not null,
    open boolean not null,
    waiting_since integer,
    customer text,
    ordered text not null,
    progress text not null
);
create index open_orders on orders (restaurant_id, number) where open = true;
-- For their money, or for an answer of the restaurant.
create index waiting_orders on orders (waiting_since) where waiting_since is not null;
create index orders_of_customer on orders (customer, number) where customer is not null;

create table order_events (
    restaurant_id text not null,
    revision integer not null,
    order_id text not null,
    at integer not null,
    actor text not null,
    event text not null,
    primary key (restaurant_id, revision)
) strict, without rowid;
create index events_of_order on order_events (order_id, revision);

create table idempotency_keys (
    key text primary key,
    fingerprint text not null,
    status integer not null,
    answer text not null,
    created_at integer not null
) strict, without rowid;
create index old_idempotency_keys on idempotency_keys (created_at);

create table drafts (
    visitor text not null,
    restaurant_id text not null,
    draft text not null,
    changed_at integer not null,
    primary key (visitor, restaurant_id)
) strict, without rowid;
create index old_drafts on drafts (changed_at);

create table jobs (
    id text primary key,
    kind text not null,
    payload text not null,
    due_at integer not null,
    attempts integer not null
) strict, without rowid;
create index due_jobs on jobs (due_at);

-- What was asked of the provider. A card is charged for an order once, so there is a row per order.
create table payments (
    order_id text primary key,
    intent text unique,
    amount integer not null,
    status text not null,
    asked_at integer not null
) strict, without rowid;
create index open_payments on payments (asked_at) where status = 'asked';

create table webhook_events (
    id text primary key,
    received_at integer not null,
    event text not null
) strict, without rowid;
