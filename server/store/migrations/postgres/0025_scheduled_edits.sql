-- Edits that are published together by themselves at a later time. A schedule has the id of its last edit; edits that belong to one stand
-- apart from those that wait for somebody to publish them. Without a schedule, the time says when they could not be published.
alter table edits add column schedule text;
alter table edits add column publish_at bigint;
alter table edits add column scheduled_by text;
create index scheduled_edits on edits (publish_at) where schedule is not null;
