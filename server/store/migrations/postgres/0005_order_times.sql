-- A history goes by time: numbers are each restaurant's own.
alter table orders add column placed_at bigint not null default 0;
update orders set placed_at = (ordered::json ->> 'placed_at')::bigint;
drop index orders_of_customer;
create index orders_of_customer on orders (customer, placed_at) where customer is not null;
