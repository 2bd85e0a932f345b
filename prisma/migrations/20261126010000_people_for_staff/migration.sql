-- Staff see who belongs to which company, and nothing that signs in.
create policy staff_reads on person for select to holdfast_staff using (true);
grant select (company_id, person_id, kind, role, email, created_at) on person to holdfast_staff;
