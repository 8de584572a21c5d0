begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/files.psql
\ir objects.psql
select plan(9);

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

-- Session 4 is in the trash: file a lies in session 1 too, file b nowhere else, file c has no row at all.
insert into tests.objects (name, bucket_id, path)
select 'own ' || b.bytes, 'attachments', tests.path('owner', b.bytes)
from unnest('{b,c}'::text[]) as b (bytes);
select tests.store_objects('own _');
select tests.file(1, 4, 'a'), tests.file(2, 4, 'b');
select is(tests.read_by('owner'), 'own, own c', 'nor what only a session in the trash has');
select tests.act_as('owner');
select public.restore_session(tests.s(4));
select is(tests.read_by('owner'), 'own, own b, own c', 'a session that comes back brings its files with it');
select tests.act_as('owner');
select public.delete_session(tests.s(4)), public.delete_session(tests.s(1));
select is(tests.read_by('owner'), 'own c', 'with the last session that has it, a file is hidden');

select * from finish();
rollback;
