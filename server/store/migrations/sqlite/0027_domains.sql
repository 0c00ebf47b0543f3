-- The domains that restaurants have of their own. A restaurant has at most one.
create table domains (
    name text primary key,
    restaurant_id text not null unique references restaurants (id) on delete cascade
) strict, without rowid;
