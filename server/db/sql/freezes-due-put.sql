-- What of a source is due now: what is not any more goes, and what was due before keeps since when.
with gone as (
  delete from freeze_due where company_id = $1 and source_id = $2 and commit <> all($3::bigint[])
)
insert into freeze_due (company_id, source_id, commit)
select $1, $2, each.commit from unnest($3::bigint[]) as each (commit)
on conflict (company_id, commit) do nothing
