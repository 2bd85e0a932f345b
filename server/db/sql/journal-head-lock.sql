select term, number, encode(hash, 'hex') as hash, base_number, based_at from journal_head for update
