update policy set name = $2 where policy_id = $1
  and not exists (select from policy other where lower(other.name) = lower($2) and other.policy_id <> $1)
