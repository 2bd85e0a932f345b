-- 10,000 at a time; a row serves until every zone has its segment. A zone that nothing was shipped to yet has none.
delete from outbox where (company_id, seq) in (
  select company_id, seq from outbox
  where segment <= (select min(coalesce(j.shipped, 0)) from zone z left join journal_zone j using (zone_id)) limit 10000)
