-- Jobs are taken by lane: money, mail, push.
drop index due_jobs;
create index due_jobs on jobs (kind, due_at);
