-- Closes what has no cause any more: $2 and $3 are kinds and subjects that have one. An agent that was revoked owes nothing.
update incident i set closed_at = clock_timestamp()
where i.company_id = $1 and i.closed_at is null and case
  when i.kind in ('zone_away', 'zone_behind', 'deletion_held', 'copies_lost', 'freeze_stuck')
    then not exists (select 1 from unnest($2::text[], $3::text[]) as cause (kind, subject) where cause.kind = i.kind and cause.subject = i.subject)
  when i.kind = 'second_certificate' then exists (select 1 from agent a
    where a.company_id = i.company_id and a.enrolment_id::text = i.subject and a.revoked_at is not null)
  else exists (select 1 from source s join agent a on a.company_id = s.company_id and a.agent_id = s.agent_id
    where s.company_id = i.company_id and s.source_id = i.source_id and a.revoked_at is not null)
  end
