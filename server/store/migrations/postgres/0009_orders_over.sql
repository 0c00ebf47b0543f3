-- Since when an order is over, until the devices have forgotten it. None of them knows one that has been over for long.
alter table orders add column over_since bigint;
update orders set over_since = (progress::json ->> 'changed_at')::bigint where open = false and (progress::json ->> 'changed_at')::bigint > extract(epoch from now()) - 7 * 86400;
create index orders_over on orders (over_since) where over_since is not null;
-- So far such a row has said that somebody sees an order otherwise; with a time it says that all forget it.
update pos_records set over_since = null where id like 'order-%';
