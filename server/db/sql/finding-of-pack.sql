-- A pack that is being deleted is absent because of that: not a finding.
insert into scrub_finding (company_id, zone_id, pack_no, kind, size_bytes, code)
select p.company_id, $2, p.pack_no, p.kind, p.size_bytes, $4 from pack p
where p.company_id = $1 and p.pack_id = $3 and p.state in ('live', 'quarantined')
on conflict do nothing
