begin;
\ir ../_shared/setup.psql
select plan(2);

select tests.act_as('anonymous');
create temp table made as select * from public.create_conversation_session();
select is((select user_id from made), tests.id_of('anonymous'), 'the session is theirs');
select is(
  (
    select count(*)
    from public.append_messages(
      (select id from made), '[{"role": "user", "content": "a"}]'
    )
  ),
  1::bigint, 'and takes messages'
);

select * from finish();
rollback;
