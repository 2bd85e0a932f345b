select c.company_id from company c left join sweep s on s.company_id = c.company_id and s.tier = $2
where s.company_id is null or s.finished_at is null or s.retry_at <= now() or s.finished_at + $1::bigint * interval '1 millisecond' <= now()
order by s.begun_at nulls first limit 1000
