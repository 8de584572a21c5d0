begin;
\ir ../../_shared/setup.psql
\ir plan.psql
\ir messages.psql
select plan(3);

-- With fewer sessions a scan of the whole table may be cheaper.
select tests.make_messages(1000, 990);
update public.conversation_sessions set total_cost_usd = 1.5 where id = tests.session('long');
create function tests.cost_rows(
  p_session text, out o_sessions bigint, out o_messages bigint, out o_cost numeric
)
language plpgsql
as $$
declare
  v_id constant uuid := tests.session(p_session);
  v_sessions constant bigint := tests.rows_counted('public.conversation_sessions');
  v_messages constant bigint := tests.rows_counted('public.conversation_messages');
begin
  o_cost := public.get_session_cost(v_id);
  o_sessions := tests.rows_counted('public.conversation_sessions') - v_sessions;
  o_messages := tests.rows_counted('public.conversation_messages') - v_messages;
end
$$;

select tests.act_as('owner');
select results_eq(
  $$ select o_cost, o_messages from tests.cost_rows('long') $$,
  'values (1.5, 0::bigint)',
  'the cost of 1,000 messages reads none of them'
);
select is(
  (select o_sessions from tests.cost_rows('long')), 1::bigint, 'it reads one session'
);
select results_eq(
  $$ select o_sessions, o_messages from tests.cost_rows('short') $$,
  $$ select o_sessions, o_messages from tests.cost_rows('long') $$,
  'ten messages cost the same to ask about'
);

select * from finish();
rollback;
