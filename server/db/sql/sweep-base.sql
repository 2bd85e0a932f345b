-- Before any snapshot is looked at: what is published or recorded later is not what these marks speak about.
select publications, coalesce((select max(pack_no) from pack where company_id = $1), 0) as pack_high
from company where company_id = $1
