-- Shared: the marks of one step follow each other; whoever takes the job waits for the statement that is under way.
select 1 from job where company_id = $1 and name = $2 and fencing_token = $3 and lease_until is not null for share
