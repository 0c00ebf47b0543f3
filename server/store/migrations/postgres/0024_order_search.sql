-- The list of all orders, the newest first, and the search in it.
create index orders_of_restaurant on orders (restaurant_id, placed_at, number);
create index orders_by_number on orders (restaurant_id, number);

alter table orders add column called_off boolean not null default false;
update orders set called_off = true where progress::json ->> 'state' in ('rejected', 'cancelled');
create index orders_called_off on orders (restaurant_id, placed_at, number) where called_off = true;

-- Words of a guest's name and the end of their phone number. They go when the guest's data goes. Orders from before have none:
-- they are found by day and number.
create table guest_terms (
    order_id text not null,
    restaurant_id text not null,
    term text collate "C" not null,
    primary key (order_id, term)
);
create index guest_terms_by_term on guest_terms (restaurant_id, term, order_id);
