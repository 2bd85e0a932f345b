delete from policy where policy_id = $1
