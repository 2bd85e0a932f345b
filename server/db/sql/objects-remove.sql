with gone as (
  select object_key from object where company_id = $1 and object_key = any($2::text[]) and deleting_at is not null
), copies as (
  delete from object_presence r using gone where r.company_id = $1 and r.object_key = gone.object_key returning 1
)
-- Counting them has them deleted first: the row that they refer to goes after them.
delete from object o using gone, (select count(*) from copies) as done where o.company_id = $1 and o.object_key = gone.object_key
