-- With the state before: only what becomes missing is a finding.
select r.state from pack_presence r
where r.company_id = $1 and r.zone_id = $2 and r.pack_no = (select pack_no from pack where company_id = $1 and pack_id = $3)
for no key update
