insert into pack (company_id, pack_id, kind, scope, size_bytes, directory_offset, directory_size, machine_id, run_id, tier, locked_until)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, case when $10::timestamptz is null then 'backup' else 'archive' end, $10) on conflict (company_id, pack_id) do nothing returning pack_no
