update journal_head set number = $1, hash = $2
