-- The newest runs of all companies, a page at a time: ids begin with their time.
create index run_newest on run (run_id desc);
