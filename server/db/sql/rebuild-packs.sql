select company_id, pack_no, encode(pack_id, 'hex') as pack_id, kind, scope, size_bytes, directory_offset, tier from pack p
where state in ('live', 'quarantined') and (company_id, pack_no) > ($1::uuid, $2::bigint)
  and exists (select from pack_presence r where r.company_id = p.company_id and r.pack_no = p.pack_no and r.state = 'present')
order by company_id, pack_no limit $3
