begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/realtime.psql
select plan(3);

create function pg_temp.selected(p_id text, p_branches integer)
returns text
language sql
as $$
  select
    format(
      'session:s1 branch.selected {session_id: s1, branch_count: %s, active_message_id: %s}',
      p_branches, p_id
    )
$$;
select tests.start(1);
select tests.fill(1, 2);
select tests.told();

select tests.act_as('owner');
select count(*) from public.edit_message(tests.m(2), 'put differently', tests.m(3));
select is(
  tests.told(),
  array[
    tests.messages('inserted', 'm3', 3, 3), tests.messages('updated', 'm2', 2, 2), tests.active()
  ],
  'a new version is a new message; what it replaces says when'
);
select count(*) from public.select_branch(tests.m(2));
select is(tests.told(), array[pg_temp.selected('m2', 1)], 'another branch');
delete from public.conversation_messages where id = tests.m(2);
select is(
  tests.told(), array[pg_temp.selected('m3', 0), tests.messages('deleted', 'm2', 2, 2)],
  'the shown end is deleted: the one that is left is shown, which is told once'
);

select * from finish();
rollback;
