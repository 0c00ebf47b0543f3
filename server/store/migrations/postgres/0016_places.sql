-- A number is never used again: rows of an import that was given up may still be there.
create table place_imports (
    number bigint generated always as identity primary key,
    complete boolean not null default false,
    begun_at bigint not null
);

-- Addresses with their positions. One counts when its import is complete, and the newest of an id.
create table places (
    id text collate "C" not null,
    import bigint not null,
    street text not null,
    house_number text not null,
    postcode text not null,
    city text not null,
    latitude bigint not null,
    longitude bigint not null,
    -- What is searched while somebody types.
    search text collate "C" not null,
    -- By what an address is looked up.
    street_key text collate "C" not null,
    postcode_key text collate "C" not null,
    city_key text collate "C" not null,
    primary key (id, import)
);
create index places_by_search on places (search, latitude, longitude);
create index places_by_street on places (street_key, postcode_key, city_key);
