-- A history goes by time: numbers are each restaurant's own.
alter table orders add column placed_at integer not null default 0;
update orders set placed_at = json_extract(ordered, '$.placed_at');
drop index orders_of_customer;
create index orders_of_customer on orders (customer, placed_at) where customer is not null;
