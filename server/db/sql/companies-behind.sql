-- Something to copy, something to check, or a watermark that can move.
select m.company_id from pack_presence m join pack p on p.company_id = m.company_id and p.pack_no = m.pack_no
  where m.zone_id = $1 and (m.state = 'missing' and p.state = 'live' or m.state = 'suspect' and p.state in ('live', 'quarantined'))
union select m.company_id from object_presence m join object o on o.company_id = m.company_id and o.object_key = m.object_key
  where m.zone_id = $1 and m.state <> 'present' and o.deleting_at is null
union select c.company_id from company c left join watermark w on w.company_id = c.company_id and w.zone_id = $1
  where c.last_commit > coalesce(w.commit, 0)
limit 1000
