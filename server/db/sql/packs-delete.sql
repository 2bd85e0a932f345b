update pack p set state = 'deleting'
where p.company_id = $1 and p.pack_id = any($2::bytea[]) and p.state = 'quarantined' and p.quarantine_round < $3
  and p.tier = $4 and coalesce(p.locked_until <= now(), true)
  and not exists (select from run r where r.company_id = $1 and r.ended_at is null and r.fencing_token <= p.quarantine_token)
  and not exists (select from sweep_live l where l.company_id = $1 and l.job = $5 and l.pack_no = p.pack_no)
returning encode(p.pack_id, 'hex') as pack_id
