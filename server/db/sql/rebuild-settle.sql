-- Whoever was backing up begins anew: leases are no history.
update run set ended_at = now(), outcome = 'failed', code = 'service_recovered' where ended_at is null;
update commit_number set state = 'void', reason = 'the service was recovered from a zone' where state = 'reserved';
-- A number may have been given that the journal does not know: the names of manifests in the zone say so, and none is given twice.
update company c set
  next_commit = 1 + greatest(
    (select coalesce(max(n.commit), 0) from commit_number n where n.company_id = c.company_id),
    (select coalesce(max(split_part(split_part(l.object_key, '/', 4), '-', 1)::bigint), 0) from listing l
     where l.company_id = c.company_id and l.object_key like 'companies/%/snapshots/%')),
  last_commit = (select coalesce(max(n.commit), 0) from commit_number n where n.company_id = c.company_id and n.state = 'published'),
  publications = (select count(*) from commit_number n where n.company_id = c.company_id and n.state = 'published'),
  closure_generation = 1,
  last_snapshot_at = (select max(s.received_at) from snapshot s where s.company_id = c.company_id);
update machine m set last_snapshot_at =
  (select max(s.received_at) from snapshot s where s.company_id = m.company_id and s.machine_id = m.machine_id);
select setval('fencing_token', 1000 + (select coalesce(max(fencing_token), 0) from run));
select setval(pg_get_serial_sequence('pack', 'pack_no'), 1 + (select coalesce(max(pack_no), 0) from pack));
