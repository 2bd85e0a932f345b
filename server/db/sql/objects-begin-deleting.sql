-- Of these commits: the manifest of a tier that gave the snapshot up, and everything but the header once no tier has it.
update object o set deleting_at = now() from snapshot s
where o.company_id = $1 and o.commit = any($2::bigint[]) and o.deleting_at is null and o.kind <> 'header'
  and s.company_id = $1 and s.commit = o.commit
  and case when o.object_key like 'archive/%' then s.archive_expired_at is not null
           when o.kind = 'manifest' then s.backup_left_at is not null
           else not s.is_kept end
