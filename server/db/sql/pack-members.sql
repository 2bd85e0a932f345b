-- Reads the company's part of the index, which is not ordered by pack: for packs of which no zone has a copy.
select c.chunk_id from pack p join chunk c on c.company_id = p.company_id and c.scope = p.scope and c.pack_no = p.pack_no
where p.company_id = $1 and p.pack_id = $2
