select level, freeze_after_days, daily_days, weekly_weeks, monthly_months, yearly_years from retention
where level = 'provider' or company_id = $1 and (level = 'company' or subject_id in ($2::uuid, $3::uuid))
union all
select 'policy', p.freeze_after_days, p.daily_days, p.weekly_weeks, p.monthly_months, p.yearly_years
from company c join policy p on p.policy_id = c.policy_id where c.company_id = $1
