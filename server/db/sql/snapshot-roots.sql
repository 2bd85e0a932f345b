select commit, top_page_id, change_list_id from snapshot where company_id = $1 and commit > $2 and is_kept order by commit limit $3
