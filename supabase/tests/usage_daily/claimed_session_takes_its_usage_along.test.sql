begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(7);

insert into public.conversation_sessions (id, user_id) values (tests.s(1), null);
select tests.act_as('service_role');
insert into public.conversation_messages (
  id, session_id, role, content, provider, model_used, tokens_used, cost_usd, latency_ms
)
values
  (tests.m(1), tests.s(1), 'user', 'a', null, null, null, null, null),
  (tests.m(2), tests.s(1), 'assistant', 'b', 'acme', 'm', 10, 0.1, 100),
  (tests.m(3), tests.s(1), 'assistant', 'c', 'acme', 'm', 20, 0.2, 200);
delete from public.conversation_messages where id = tests.m(3);
create function pg_temp.usage_of(p_user_id uuid)
returns text
language sql
as $$
  select concat_ws(
    ' ', coalesce(sum(u.user_messages + u.assistant_messages), 0), sum(u.total_tokens),
    sum(u.cost_usd), sum(u.latency_count)
  )
  from public.usage_daily as u
  where u.user_id is not distinct from p_user_id
$$;
select is(pg_temp.usage_of(null), '3 30 0.3 2', 'a visitor''s usage is nobody''s');
select is(pg_temp.usage_of(tests.id_of('owner')), '0', 'not the user''s');
select tests.act_as('postgres');
select public.merge_usage();
select tests.act_as('postgres');
update public.conversation_sessions set user_id = tests.id_of('owner') where id = tests.s(1);
select tests.act_as('service_role');
select is(
  pg_temp.usage_of(tests.id_of('owner')), '2 10 0.1 1', 'claimed: what the session holds is the user''s'
);
select is(pg_temp.usage_of(null), '1 20 0.2 1', 'what was deleted before stays nobody''s');
select is(tests.ledger(false), 'daily exact, totals exact', 'as the recount has it');
select public.merge_usage();
select is(tests.ledger(false), 'daily exact, totals exact', 'merged');
select tests.act_as('owner');
select is(pg_temp.usage_of(tests.id_of('owner')), '2 10 0.1 1', 'the user reads it');

select * from finish();
rollback;
