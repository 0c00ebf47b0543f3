-- Which of the staff caused an event. It is not known of events from before.
alter table order_events add column author text;
create index staff_events on order_events (restaurant_id, at) where author is not null;

create table audit_log (
    id bigint generated always as identity primary key,
    at bigint not null,
    restaurant_id text references restaurants (id),
    -- The account that it was done to.
    account_id text references accounts (id) on delete set null,
    author text not null,
    act text not null,
    -- The name of a device.
    subject text,
    role text
);
create index audit_log_of_restaurant on audit_log (restaurant_id, at) where restaurant_id is not null;
create index audit_log_of_account on audit_log (account_id, at) where account_id is not null;
create index old_audit_log on audit_log (at);
