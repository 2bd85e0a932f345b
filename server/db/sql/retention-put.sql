insert into retention (company_id, level, subject_id, freeze_after_days, daily_days, weekly_weeks, monthly_months, yearly_years)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (company_id, level, subject_id) do update set freeze_after_days = excluded.freeze_after_days, daily_days = excluded.daily_days,
  weekly_weeks = excluded.weekly_weeks, monthly_months = excluded.monthly_months, yearly_years = excluded.yearly_years, changed_at = now()
