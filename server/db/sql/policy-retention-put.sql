update policy set freeze_after_days = $2, daily_days = $3, weekly_weeks = $4, monthly_months = $5, yearly_years = $6 where policy_id = $1
