create table revisions (
    name text primary key,
    revision integer not null
) strict, without rowid;

insert into revisions (name, revision) values ('catalog', 1), ('modes', 1);

create table restaurants (
    id text primary key,
    slug text not null unique,
    revision integer not null,
    name text not null,
    cuisine text not null,
    description text not null,
    lang text not null,
    street text not null,
    postcode text not null,
    city text not null,
    country text not null,
    phone text not null,
    zone text not null,
    hours text not null,
    currency text not null,
    tax_name text not null,
    tax_included boolean not null,
    tax_eat_in integer not null,
    tax_takeaway integer not null,
    brand_color text not null,
    picture text
);

create table categories (
    id text primary key,
    restaurant_id text not null references restaurants (id),
    position integer not null,
    name text not null,
    description text not null
);
create index categories_of_restaurant on categories (restaurant_id, position);

create table dishes (
    id text primary key,
    category_id text not null references categories (id),
    restaurant_id text not null references restaurants (id),
    position integer not null,
    name text not null,
    description text not null,
    price integer not null,
    allergens text not null,
    diets text not null,
    picture text
);
create index dishes_of_restaurant on dishes (restaurant_id, position);
create index dishes_of_category on dishes (category_id);

create table option_groups (
    id text primary key,
    restaurant_id text not null references restaurants (id),
    position integer not null,
    name text not null,
    min integer not null,
    max integer not null
);
create index option_groups_of_restaurant on option_groups (restaurant_id, position);

create table choices (
    id text primary key,
    group_id text not null references option_groups (id),
    restaurant_id text not null references restaurants (id),
    position integer not null,
    name text not null,
    price integer not null,
    preselected boolean not null
);
create index choices_of_restaurant on choices (restaurant_id, position);
create index choices_of_group on choices (group_id);

create table dish_option_groups (
    dish_id text not null references dishes (id),
    group_id text not null references option_groups (id),
    restaurant_id text not null references restaurants (id),
    position integer not null,
    primary key (dish_id, group_id)
);
create index dish_option_groups_of_restaurant on dish_option_groups (restaurant_id, position);
create index dish_option_groups_of_group on dish_option_groups (group_id);

create table route_modes (
    path text primary key,
    mode text not null
) strict, without rowid;
