-- Open runs that can be seen now: all that could have been told of these packs before they were quarantined. A round that has not come yet is of a database
-- that was rebuilt since, whose counting began anew.
update pack set quarantine_round = $2,
  quarantine_token = (select coalesce(max(r.fencing_token), 0) from run r where r.company_id = $1 and r.ended_at is null)
where company_id = $1 and (select s.round from sweep s where s.company_id = $1 and s.tier = $3) = $2
  and state = 'quarantined' and tier = $3 and (quarantine_round is null or quarantine_round > $2)
