-- Guests' data ends after a while. What was changed last before that moment, and is not erased yet, is looked for once an hour.
alter table orders add column erased boolean not null default false;
create index orders_to_erase on orders (placed_at, id) where erased = false and open = false;

-- By the server's clock: those in the records are the devices'.
alter table pos_records add column changed_at bigint not null default 0;
alter table pos_records add column erased boolean not null default false;
update pos_records set changed_at = coalesce(over_since, cast(extract(epoch from now()) as bigint));
create index pos_records_to_erase on pos_records (changed_at) where erased = false and body is not null;

alter table device_ops add column erased boolean not null default false;
create index device_ops_to_erase on device_ops (at) where erased = false and op is not null;

-- Who used a coupon is known by phone number and address.
alter table coupon_uses add column used_at bigint not null default 0;
update coupon_uses set used_at = cast(extract(epoch from now()) as bigint);
