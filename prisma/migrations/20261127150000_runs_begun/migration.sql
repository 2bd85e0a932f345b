-- Which run of a source or machine is the newest is told by the numbers that a sequence gave out: ids and times carry clocks, which may have been wrong.
create index run_source_begun on run (company_id, source_id, fencing_token desc);
create index run_machine_begun on run (company_id, machine_id, fencing_token desc);
