-- What every zone has, or what the newest base stands for: a zone that comes back then gets the base.
delete from journal_segment
where number <= (select min(coalesce(j.shipped, 0)) from zone z left join journal_zone j using (zone_id))
   or number < (select base_number from journal_head)
