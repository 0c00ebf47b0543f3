-- What was changed in the office. An edit without a publication is not published yet.
create table edits (
    restaurant_id text not null,
    -- Counts the restaurant's edits.
    number bigint not null,
    id text not null,
    author text not null,
    at bigint not null,
    -- JSON.
    changes text not null,
    publication bigint,
    primary key (restaurant_id, number)
);
create unique index edits_by_id on edits (restaurant_id, id);
create index edits_by_publication on edits (restaurant_id, publication);

-- Edits that were published together.
create table publications (
    restaurant_id text not null,
    number bigint not null,
    author text not null,
    at bigint not null,
    primary key (restaurant_id, number)
);
