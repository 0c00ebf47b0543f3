-- Who is told everything is told what there is, not what was.
drop index changed_pos_records;
create index changed_live_pos_records on pos_records (restaurant_id, revision) where gone = false;
create index changed_gone_pos_records on pos_records (restaurant_id, revision) where gone = true;
