-- How fast all backups of a company may send together: rules of {hours, bytesPerSecond}, hours as in a window. No rules: never a limit.
create function is_bandwidth(rules jsonb) returns boolean language sql immutable set search_path = pg_catalog, public as $$
  select jsonb_typeof(rules) = 'array' and jsonb_array_length(rules) <= 6 and not exists (
    select from jsonb_array_elements(rules) as rule
    where (is_week(array(select hours::integer from jsonb_array_elements_text(rule -> 'hours') as hours))
      and (rule ->> 'bytesPerSecond')::bigint between 62500 and 1250000000) is not true)
$$;

alter table schedule
  add column bandwidth jsonb check (is_bandwidth(bandwidth)),
  -- A company's machines share one limit, so none of them has its own.
  add check (level = 'company' or bandwidth is null);
grant update (bandwidth) on schedule to holdfast_app;

alter table provider add column schedule_bandwidth jsonb check (is_bandwidth(schedule_bandwidth));
grant update (schedule_bandwidth) on provider to holdfast_app;
