-- The card reader that is chosen for a till: the card provider's id, its name and its serial number.
alter table devices add column reader_id text;
alter table devices add column reader_label text;
alter table devices add column reader_serial text;
create index devices_by_reader on devices (reader_id) where reader_id is not null;

-- What tills asked readers to charge. The request is what the till sent, as JSON.
create table reader_payments (
    id text primary key,
    restaurant_id text not null references restaurants (id),
    device_id text not null references devices (id),
    -- The bill or the order. It is on one reader at a time.
    payable text not null,
    -- The card provider's id of the reader. It takes one payment at a time.
    reader text not null,
    currency text not null,
    request text not null,
    intent text,
    state text not null,
    decline text,
    asked_at integer not null
) strict, without rowid;
create unique index waiting_payment_of_payable on reader_payments (restaurant_id, payable) where state = 'waiting';
create unique index waiting_payment_of_reader on reader_payments (reader) where state = 'waiting';
create index waiting_reader_payments on reader_payments (asked_at, id) where state = 'waiting';
create unique index reader_payments_by_intent on reader_payments (intent);
