select p.policy_id, p.name from company c left join policy p on p.policy_id = c.policy_id where c.company_id = $1
