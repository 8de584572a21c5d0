begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/files.psql
\ir objects.psql
select plan(10);

select is_empty(
  $$
    select o.name, o.path, a.answer
    from tests.objects as o
    cross join lateral (select tests.insert_as('owner', o.bucket_id, o.path) as answer) as a
    where a.answer is distinct from case o.name when 'own' then 'ok' else '42501' end
  $$,
  'a user stores one file of many that look like the user''s'
);
select is(
  tests.insert_as('owner', 'attachments', tests.path('owner', 'b')), '42501',
  'not one that is not registered'
);
-- Registered in a session that is in the trash.
insert into public.attachments (session_id, name, size_bytes, mime_type, sha256)
values (tests.s(4), 'a', 1, 'text/plain', tests.hash('c'));
select is(
  tests.insert_as('owner', 'attachments', tests.path('owner', 'c')), '42501',
  'nor one of a session in the trash'
);
select is_empty(
  $$
    select o.name, a.name, tests.insert_as(a.name, o.bucket_id, o.path)
    from tests.objects as o
    cross join (values ('anonymous'), ('anon'), ('brand_owner')) as a (name)
    where o.name <> 'own' and tests.insert_as(a.name, o.bucket_id, o.path) <> '42501'
  $$,
  'anonymous users, anon and strangers store none'
);
select is(
  tests.insert_as('other', 'attachments', tests.path('owner', 'a')), '42501',
  'nobody stores for somebody else'
);
select is(tests.insert_as('other', 'attachments', tests.path('other', 'a')), 'ok', 'each for oneself');
select is(tests.insert_as('service_role', 'attachments', 'anything/at all'), 'ok', 'the server anything');
-- As the Storage API overwrites.
create function pg_temp.overwrite(p_actor text, p_path text)
returns text
language plpgsql
as $$
declare
  v_answer text;
begin
  perform tests.act_as(p_actor);
  v_answer := tests.error_of(format(
    'insert into storage.objects (bucket_id, name) values (%L, %L)
     on conflict (bucket_id, name) do update set user_metadata = %L',
    'attachments', p_path, '{}'
  ));
  perform tests.act_as('postgres');
  return v_answer;
end
$$;
select is(pg_temp.overwrite('owner', tests.path('owner', 'a')), 'ok', 'what is there is overwritten');
select is(pg_temp.overwrite('other', tests.path('owner', 'a')), '42501', 'by its user alone');
select is(
  (select count(*) from storage.objects where user_metadata is not null), 1::bigint, 'that one'
);

select * from finish();
rollback;
