-- Who is told everything is told what there is, not what was.
drop index changed_things;
create index changed_live_things on things (restaurant_id, revision) where gone = false;
create index changed_gone_things on things (restaurant_id, revision) where gone = true;
