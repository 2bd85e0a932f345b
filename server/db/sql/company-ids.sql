select company_id from company order by company_id
