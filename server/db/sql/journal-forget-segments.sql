-- Only what every zone has: a zone that comes back gets all that it lacks, in order, so that its chain never has a gap.
delete from journal_segment
where number <= (select min(coalesce(j.shipped, 0)) from zone z left join journal_zone j using (zone_id))
