-- Who made this installation their own. Empty until then, and written once: two people who set it up at the same moment
-- meet at the provider's one row.

alter table provider add column first_staff_id uuid;
grant update (first_staff_id) on provider to holdfast_app;

-- An installation that has staff already belongs to them.
select set_config('holdfast.company', '00000000-0000-0000-0000-000000000000', true);
update provider set first_staff_id = (select person_id from person where kind = 'staff' order by created_at, person_id limit 1);
