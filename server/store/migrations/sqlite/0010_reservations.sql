-- What an order has taken, to give it back when the order ends without being fulfilled.
alter table orders add column reserved text not null default '{}';
