-- The catalog's revision at the last change of each restaurant: of itself, its menu, its domain, what is sold out and its intake.
-- The row of a removed restaurant stays, so that every node learns that it is gone.
create table restaurant_changes (
    restaurant_id text primary key,
    revision bigint not null
);
create index restaurant_changes_by_revision on restaurant_changes (revision);
insert into restaurant_changes (restaurant_id, revision)
    select restaurants.id, revisions.revision from restaurants, revisions where revisions.name = 'catalog';
-- These are changes of the catalog now.
delete from revisions where name in ('stock', 'intake');

-- Wakes every node, which then reads what has changed. SQLite has one node.
create function notify_nodes() returns trigger language plpgsql as $$
begin
    perform pg_notify('servery', '');
    return null;
end
$$;
create trigger notify_nodes after update on revisions for each statement execute function notify_nodes();
create trigger notify_nodes after update on counters for each statement execute function notify_nodes();
