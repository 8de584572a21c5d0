begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(5);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.upsert(p_content text)
returns bigint
language sql
as $$
  with inserted as (
    insert into public.conversation_messages (id, session_id, role, content)
    values (tests.m(1), tests.s(1), 'user', p_content)
    on conflict (id) do nothing
    returning id
  )
  select count(*) from inserted
$$;
select is(pg_temp.upsert('a'), 1::bigint, 'a new id');
select is(pg_temp.upsert('a'), 0::bigint, 'the same again');
select is(
  tests.error_of($$ select pg_temp.upsert('b') $$), 'PT409 IDEMPOTENCY_MISMATCH',
  'another body is refused all the same'
);
select is(
  tests.error_of(format(
    'insert into public.conversation_messages (id, session_id, role, content)
     values (%L, %L, %L, %L) on conflict (id) do update set content = excluded.content',
    tests.m(1), tests.s(1), 'user', 'c'
  )), '42501', 'an upsert that merges is not granted'
);
select is((select content from public.conversation_messages), 'a', 'the first content stays');

select * from finish();
rollback;
