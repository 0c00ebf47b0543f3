-- The same card again is not another try: it is told how the first one is now.
alter table payments add column method text;
-- What a provider tells is known by its id, for a while. Its words are nobody's to keep.
alter table webhook_events drop column event;
create index old_webhook_events on webhook_events (received_at);
