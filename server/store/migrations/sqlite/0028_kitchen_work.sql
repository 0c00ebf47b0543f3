-- How much work a portion of a dish is for the kitchen, and the orders of a slot together.
alter table dishes add column work integer not null default 1;
alter table slots add column work integer not null default 0;
