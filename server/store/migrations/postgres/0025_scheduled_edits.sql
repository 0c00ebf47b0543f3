-- Edits that are published together at a later time, and who has said so. Until then they stand apart from those that wait for somebody
-- to publish them.
alter table edits add column publish_at bigint;
alter table edits add column scheduled_by text;
create index scheduled_edits on edits (publish_at) where publish_at is not null;
