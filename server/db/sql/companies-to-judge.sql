select company_id from sweep where held_code is not null
union
select company_id from scrub_finding where healed_at is null
union
select company_id from freeze_due
union
select company_id from incident where closed_at is null and company_id <> '00000000-0000-0000-0000-000000000000'
limit $1
