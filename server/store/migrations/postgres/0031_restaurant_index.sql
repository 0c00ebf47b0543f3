-- What restaurants are searched by. All of it follows from other tables and from the time; a node fills it in.
create table restaurant_index (
    restaurant_id text primary key references restaurants (id) on delete cascade,
    -- Of the catalog, at the change that this row follows from.
    revision bigint not null,
    slug text collate "C" not null,
    cuisine text not null,
    is_demo boolean not null,
    -- Lower case without accents.
    words text not null,
    -- The times at which it opens and closes next, in seconds.
    opens_at bigint not null,
    closes_at bigint not null,
    -- When these are others.
    due_at bigint not null
);
create index restaurant_index_by_slug on restaurant_index (slug);
create index restaurant_index_by_cuisine on restaurant_index (cuisine, slug);
create index restaurant_index_by_opening on restaurant_index (opens_at);
create index restaurant_index_by_due on restaurant_index (due_at);
create index restaurant_index_by_demo on restaurant_index (is_demo);

-- Without this extension, or the right to create it, the words of all restaurants are read.
do $$
begin
    create extension if not exists pg_trgm;
    create index restaurant_index_by_words on restaurant_index using gin (words gin_trgm_ops);
exception when others then
    raise notice 'no index of words: %', sqlerrm;
end
$$;
