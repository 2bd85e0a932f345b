-- A company without a row begins its first round.
select c.company_id from company c left join scrub_round r on r.company_id = c.company_id and r.zone_id = $1
where r.next_at is null or r.next_at <= now()
order by r.next_at nulls first, c.company_id limit 1000
