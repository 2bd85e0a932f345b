update snapshot s set archive_expired_at = now()
where s.company_id = $1 and s.commit = any($2::bigint[]) and s.archive_expired_at is null and s.retain_until <= now()
  and not exists (select from hold h where h.company_id = $1 and h.commit = s.commit and h.lifted_at is null)
returning s.commit
