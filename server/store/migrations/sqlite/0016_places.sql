-- A number is never used again: rows of an import that was given up may still be there.
create table place_imports (
    number integer primary key autoincrement,
    complete integer not null default 0,
    begun_at integer not null
) strict;

-- Addresses with their positions. One counts when its import is complete, and the newest of an id.
create table places (
    id text not null,
    import integer not null,
    street text not null,
    house_number text not null,
    postcode text not null,
    city text not null,
    latitude integer not null,
    longitude integer not null,
    -- What is searched while somebody types.
    search text not null,
    -- By what an address is looked up.
    street_key text not null,
    postcode_key text not null,
    city_key text not null,
    primary key (id, import)
) strict;
create index places_by_search on places (search, latitude, longitude);
create index places_by_street on places (street_key, postcode_key, city_key);
