begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

select tests.start(1), tests.start(2);
-- In a month of its own, and in the default partition.
insert into public.agent_logs (session_id, user_id, log_type, details, created_at)
select r.session_id, r.user_id, 'trace', jsonb_build_object('n', r.n), a.at
from (
  values
    (1, tests.s(1), null::uuid), (2, tests.s(2), null), (3, null, tests.id_of('owner')),
    (4, null, tests.id_of('other')), (5, null, null)
) as r (n, session_id, user_id)
cross join (values (now()), ('1999-01-01')) as a (at);
create function pg_temp.left_over()
returns text
language sql
as $$ select string_agg(l.details ->> 'n', ' ' order by l.details ->> 'n') from public.agent_logs as l
      where l.details ? 'n' $$;
select is(pg_temp.left_over(), '1 1 2 2 3 3 4 4 5 5', 'all there');
delete from public.conversation_sessions where id = tests.s(1);
select is(pg_temp.left_over(), '2 2 3 3 4 4 5 5', 'with the session');
delete from auth.users where id = tests.id_of('owner');
select is(pg_temp.left_over(), '4 4 5 5', 'with the user, whose sessions go too');

select * from finish();
rollback;
