select clock_timestamp() as now, c.next_commit, s.commit, s.manifest_sha256
from company c left join lateral (
  select commit, manifest_sha256 from snapshot where company_id = $1 order by commit desc limit 1
) as s on true
where c.company_id = $1
