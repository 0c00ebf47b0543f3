-- What staff set for the moment: no orders for a while, or a kitchen that needs longer.
create table order_intake (
    restaurant_id text primary key references restaurants (id),
    -- JSON.
    intake text not null
);
insert into revisions (name, revision) values ('intake', 1);
