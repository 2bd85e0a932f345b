-- Snapshots above every watermark of the zones that answer.
select s.company_id, s.snapshot_id, s.received_at from snapshot s
where s.commit > (select coalesce(max(w.commit), 0) from watermark w where w.company_id = s.company_id and w.zone_id = any($1::text[]))
order by s.company_id, s.commit
