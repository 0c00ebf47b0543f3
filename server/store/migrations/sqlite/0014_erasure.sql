-- Guests' data ends after a while. What was changed last before that moment, and is not erased yet, is looked for once an hour.
alter table orders add column erased boolean not null default false;
create index orders_to_erase on orders (placed_at, id) where erased = false and open = false;

-- By the server's clock: those in the records are the devices'.
alter table pos_records add column changed_at integer not null default 0;
alter table pos_records add column erased boolean not null default false;
update pos_records set changed_at = coalesce(over_since, cast(strftime('%s', 'now') as integer));
create index pos_records_to_erase on pos_records (changed_at) where erased = false and body is not null;

alter table device_ops add column erased integer not null default 0;
create index device_ops_to_erase on device_ops (at) where erased = 0 and op is not null;

-- Who used a coupon is known by phone number and address.
alter table coupon_uses add column used_at integer not null default 0;
update coupon_uses set used_at = cast(strftime('%s', 'now') as integer);
