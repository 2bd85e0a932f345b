with dead as (
  update pack set state = 'gone' where (company_id, pack_no) in (
    select company_id, pack_no from pack where company_id = $1 and state = 'deleting' and deleted_round <= $2 and tier = $3 limit 1000)
  returning pack_no
), absent as (
  delete from pack_presence r using dead where r.company_id = $1 and r.pack_no = dead.pack_no
)
select pack_no from dead
