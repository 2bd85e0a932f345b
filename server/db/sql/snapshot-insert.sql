insert into snapshot (company_id, commit, snapshot_id, scope, agent_id, machine_id, source_id, run_id, zone_id, sequence, header_hash,
  header, top_page_id, change_list_id, epoch, started_at, ended_at, received_at, outcome, entries, files, bytes, gaps,
  manifest_size, manifest_sha256, pack_high)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25,
  (select coalesce(max(pack_no), 0) from pack where company_id = $1))
