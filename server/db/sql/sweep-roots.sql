select s.commit, s.scope, s.machine_id, s.top_page_id, s.change_list_id from snapshot s
where s.company_id = $1 and s.commit > $3
  and case $5 when 'backup' then s.backup_left_at is null else s.frozen_at is not null and s.archive_expired_at is null end
  and not (
  exists (select from sweep_page m where m.company_id = $1 and m.job = $2 and m.machine_id = s.machine_id and m.scope = s.scope and m.page_id = s.top_page_id)
  and exists (select from sweep_page m where m.company_id = $1 and m.job = $2 and m.machine_id = s.machine_id and m.scope = s.scope and m.page_id = s.change_list_id))
order by s.commit limit $4
