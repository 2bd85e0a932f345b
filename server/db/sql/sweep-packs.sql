select p.pack_no, p.tier, encode(p.pack_id, 'hex') as pack_id, p.kind, p.size_bytes, p.state, p.quarantine_round, marks.live_frames,
  p.repacked_into is not null as is_repacked,
  coalesce(p.locked_until > clock_timestamp(), false) as is_locked, p.locked_until,
  (extract(epoch from clock_timestamp() - p.created_at) * 1000)::bigint as age_ms,
  (extract(epoch from clock_timestamp() - coalesce(p.quarantined_at, clock_timestamp())) * 1000)::bigint as quarantine_age_ms,
  exists (select from run r where r.company_id = $1 and r.run_id = p.run_id and r.ended_at is null) as is_run_open,
  exists (select from run r where r.company_id = $1 and r.ended_at is null and r.fencing_token <= p.quarantine_token) as are_runs_open
from pack p cross join lateral (
  select count(*) as live_frames from sweep_live l where l.company_id = $1 and l.job = $2 and l.pack_no = p.pack_no
) as marks
where p.company_id = $1 and p.pack_no > $3 and p.tier = $7 and p.state = any($4::text[])
  -- Only those in which frames of this size would be few.
  and ($6::float8 is null or marks.live_frames > 0 and marks.live_frames * $6::float8 < p.size_bytes)
  and (not $8::boolean or marks.live_frames > 0)
order by p.pack_no limit $5
