insert into sweep (company_id, tier, round) values ($1, $2, 1)
on conflict (company_id, tier) do update set round = sweep.round + 1, begun_at = now(), finished_at = null, retry_at = null, held_code = null, held_detail = null
returning round
