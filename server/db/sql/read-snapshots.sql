select t.company_id, t.snapshot_id, t.commit, t.scope, t.machine_id, m.name as machine_name, t.source_id, s.kind as source_kind,
  s.ordinal as source_ordinal, t.zone_id, t.agent_id, t.run_id, t.sequence, t.started_at, t.ended_at, t.received_at, t.outcome,
  t.entries, t.files, t.bytes, t.gaps, t.manifest_size, t.manifest_sha256, t.header, t.top_page_id, t.change_list_id, t.class, t.backup_left_at, t.frozen_at, t.retain_until, t.archive_expired_at,
  exists (select from hold h where h.company_id = t.company_id and h.commit = t.commit and h.lifted_at is null) as is_held
from snapshot t
join machine m on m.company_id = t.company_id and m.machine_id = t.machine_id
join source s on s.company_id = t.company_id and s.source_id = t.source_id
where t.company_id = $1 and ($2::text is null or t.snapshot_id = $2) and ($3::uuid is null or t.machine_id = $3)
  and ($4::uuid is null or t.source_id = $4) and ($5::timestamptz is null or t.received_at <= $5)
  and ($6::bigint is null or t.commit < $6) and t.is_kept
order by t.commit desc limit $7
