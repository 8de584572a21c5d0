begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

insert into public.conversation_sessions (id, user_id, agent_type)
select tests.s(i), tests.id_of('owner'), case when i % 2 = 0 then 'even' else 'odd' end
from generate_series(1, 6) as i;
update public.conversation_sessions set last_activity_at = '2026-03-01 00:00:00+00'
where user_id = tests.id_of('owner');
select tests.act_as('owner');
create temp table page as
select * from public.list_sessions(p_agent_type => 'even', p_limit => 2);
select is((select array_agg(id) from page), array[tests.s(6), tests.s(4)], 'the first page');
select is(
  (
    select array_agg(id)
    from public.list_sessions(
      p_agent_type => 'even', p_cursor => (select cursor from page where id = tests.s(4))
    )
  ),
  array[tests.s(2)], 'the rest after its last row'
);
select is(
  (
    select count(*)
    from public.list_sessions(p_cursor => (select cursor from page where id = tests.s(4)))
  ),
  3::bigint, 'a cursor is a place in the list of all: 3, 2 and 1 follow'
);

select * from finish();
rollback;
