-- Who runs a restaurant, as JSON. A restaurant that says nothing has no row.
create table legal_notices (
    restaurant_id text primary key references restaurants (id) on delete cascade,
    notice text not null
) strict, without rowid;
