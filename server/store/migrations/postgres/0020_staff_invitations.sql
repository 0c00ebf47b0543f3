-- Whom a restaurant has invited to work there. Such an invitation is deleted when it is accepted.
alter table invitations add column id text;
alter table invitations add column restaurant_id text references restaurants (id);
alter table invitations add column role text;
-- Where the link was mailed to.
alter table invitations add column email text;
-- Who has invited them.
alter table invitations add column author text;
create unique index invitations_by_id on invitations (id) where id is not null;
create index invitations_of_restaurant on invitations (restaurant_id) where restaurant_id is not null;

-- 'access' rises when somebody loses a role, a session or a device: open streams then ask again whether they may go on.
-- 'invitations' is locked by whoever changes one.
insert into revisions (name, revision) values ('access', 1), ('invitations', 1);
