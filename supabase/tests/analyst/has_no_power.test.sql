begin;
\ir ../_shared/setup.psql
\ir ../catalog/objects.psql
\ir decisions.psql
select plan(3);

select is(
  (
    select row(r.rolcanlogin, r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolcreatedb)::text
    from pg_roles as r
    where r.rolname = 'analyst'
  ),
  '(f,f,f,f,f)', 'no login and no attribute'
);
select is_empty(
  $$ select roleid::regrole from pg_auth_members where member = 'analyst'::regrole $$, 'member of nothing'
);
select is(tests.answer_to_analyst('select from auth.users'), '42501', 'no access to users');

select * from finish();
rollback;
