-- Restaurants that 'servery demo' has made.
create table demo_restaurants (
    restaurant_id text primary key references restaurants (id) on delete cascade
);
alter table place_imports add column is_demo boolean not null default false;
