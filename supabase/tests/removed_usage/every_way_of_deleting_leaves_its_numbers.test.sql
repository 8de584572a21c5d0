begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(6);

select tests.start(1);
select tests.start(2);
select tests.start(3);
select tests.start(4, 'other');
insert into public.conversation_messages (id, session_id, role, content, cost_usd)
select tests.m(10 * s + i), tests.s(s), 'assistant', 'a', 0.1
from generate_series(1, 4) as s
cross join generate_series(1, 2) as i
order by s, i;
create function tests.removed()
returns text
language sql
security definer
as $$
  select concat_ws(
    ' ', count(*) filter (where r.user_id = tests.id_of('owner')),
    count(*) filter (where r.user_id = tests.id_of('other')),
    count(*) filter (where r.user_id is null), sum(r.cost_usd)
  )
  from private.removed_usage as r
$$;
select is(tests.removed(), '0 0 0', 'nothing is deleted');
select tests.act_as('owner');
delete from public.conversation_messages where id = tests.m(11);
select is(tests.removed(), '1 0 0 0.1', 'a message by its user');
select tests.act_as('service_role');
delete from public.conversation_messages where session_id in (tests.s(1), tests.s(2));
select is(tests.removed(), '4 0 0 0.4', 'many by the server');
select tests.act_as('owner');
delete from public.conversation_sessions where id in (tests.s(1), tests.s(3));
select is(tests.removed(), '6 0 0 0.6', 'sessions with what is in them');
select tests.act_as('postgres');
delete from auth.users where id = tests.id_of('other');
select is(tests.removed(), '6 0 2 0.8', 'a user, who is not named');
delete from auth.users where id = tests.id_of('owner');
select is(tests.removed(), '0 0 8 0.8', 'nor any more where something was deleted before');

select * from finish();
rollback;
