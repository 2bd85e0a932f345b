-- First lock of every transaction that moves the company's counters: company, agent, source, run, commit, pack is the
-- order everywhere, so that no two wait for each other. NO KEY: rows that refer to the company can still be inserted.
select next_commit, last_commit, publications, closure_generation, log_number, log_hash
from company where company_id = $1 for no key update
