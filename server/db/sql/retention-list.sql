select level, freeze_after_days, daily_days, weekly_weeks, monthly_months, yearly_years from retention
where level = 'provider' or company_id = $1 and (level = 'company' or subject_id in ($2::uuid, $3::uuid))
order by array_position(array['provider', 'company', 'machine', 'source'], level)
