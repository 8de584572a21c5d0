begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/files.psql
\ir objects.psql
select plan(6);

select tests.store_objects();
select is(tests.read_by('owner'), 'own', 'one file of many that look like the user''s');
select is(tests.read_by('other'), 'other', 'each user their own');
select is(tests.read_by('brand_owner'), 'none', 'others none');
select is(tests.read_by('anonymous'), 'none', 'an anonymous user not even what the server stored');
select is(tests.read_by('anon'), 'none', 'nor does anon read');
select is(
  tests.read_by('service_role'),
  (select string_agg(o.name, ', ' order by o.name) from tests.objects as o), 'the server reads all'
);

select * from finish();
rollback;
