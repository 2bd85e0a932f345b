update company set closure_generation = closure_generation + 1 where company_id = $1
