-- $3 is the timing of the new policy, as written here. Only another timing begins anew: else what is due, failed or missed meanwhile would count for nothing.
update company c set policy_id = $2, policy_since = case
  when coalesce((select p.cron || ' ' || p.time_zone from policy p where p.policy_id = c.policy_id), '') = $3 then coalesce(c.policy_since, 'epoch')
  else clock_timestamp() end
where c.company_id = $1 and c.policy_id is distinct from $2
