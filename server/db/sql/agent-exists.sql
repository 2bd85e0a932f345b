-- In any company: the id has to be new in the whole service.
select 1 from find_agent($1)
