-- Restaurants that 'servery demo' has made.
create table demo_restaurants (
    restaurant_id text primary key references restaurants (id) on delete cascade
) strict, without rowid;
alter table place_imports add column is_demo integer not null default 0;
