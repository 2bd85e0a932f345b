-- One statement, one view of the world: the first commit that is still reserved, or whose objects or packs the zone
-- lacks, stops it. `pack_high` says how far back a snapshot's packs can lie. Key objects belong to no commit: while one is
-- lacking it does not move, because nothing of the company might open from this zone alone. A snapshot whose row the zone's journal
-- lacks would not be found again from this zone alone; a zone that no journal was shipped to yet is not held to that.
with here as (
  select coalesce((select commit from watermark where company_id = $1 and zone_id = $2), 0) as commit
), lacking as (
  select min(m.pack_no) as pack_no from pack_presence m join pack p on p.company_id = m.company_id and p.pack_no = m.pack_no
  where m.company_id = $1 and m.zone_id = $2 and m.state <> 'present' and p.state = 'live'
), stop as (
  select least(
    (select min(n.commit) from commit_number n, here where n.company_id = $1 and n.state = 'reserved' and n.commit > here.commit),
    (select min((o.payload -> 'row' ->> 'commit')::bigint) from outbox o, here, journal_zone j
     where o.company_id = $1 and o.kind = 'row' and o.payload ->> 'table' = 'snapshot' and j.zone_id = $2
       and (o.segment is null or o.segment > j.shipped) and (o.payload -> 'row' ->> 'commit')::bigint > here.commit),
    (select min(s.commit) from snapshot s, here, lacking
     where s.company_id = $1 and s.commit > here.commit and s.pack_high >= lacking.pack_no),
    (select min(o.commit) from object_presence m join object o on o.company_id = m.company_id and o.object_key = m.object_key, here
     where m.company_id = $1 and m.zone_id = $2 and m.state <> 'present' and o.deleting_at is null and o.commit > here.commit),
    (select here.commit + 1 from here where exists (
      select from object_presence m join object o on o.company_id = m.company_id and o.object_key = m.object_key
      where m.company_id = $1 and m.zone_id = $2 and m.state <> 'present' and o.deleting_at is null and o.commit is null))
  ) as commit
)
insert into watermark (company_id, zone_id, commit)
select $1, $2, coalesce(stop.commit - 1, (select next_commit - 1 from company where company_id = $1)) from stop
on conflict (company_id, zone_id) do update set commit = excluded.commit, moved_at = now()
where excluded.commit > watermark.commit
