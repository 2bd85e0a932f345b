select link from collector_link where company_id = $1 and collector_id = $2
