update journal_head set base_number = $1, based_at = now() where base_number is null or base_number < $1
