update collector set consented_by = $3, consented_at = now(), enrolment_id = $4
where company_id = $1 and collector_id = $2 and consented_at is null and ended_at is null
