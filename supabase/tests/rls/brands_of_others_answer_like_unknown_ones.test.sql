begin;
\ir ../_shared/setup.psql
select plan(22);

-- The whole answer, so that not even a text tells the two apart.
create function tests.full_error_of(p_sql text)
returns text
language plpgsql
as $$
declare
  v_state text;
  v_message text;
  v_detail text;
  v_hint text;
begin
  execute p_sql;
  return 'ok';
exception
  when others then
    get stacked diagnostics
      v_state = returned_sqlstate, v_message = message_text, v_detail = pg_exception_detail,
      v_hint = pg_exception_hint;
    return concat_ws(' | ', v_state, v_message, v_detail, v_hint);
end
$$;
create table tests.tries (
  name       text primary key,
  statement  text not null,
  function   text
);
grant select on tests.tries to authenticated;
insert into tests.tries (name, statement, function)
values
  ('a session', 'insert into public.conversation_sessions (brand_id) values (%L)', null),
  (
    'a session by rpc', 'select public.create_conversation_session(p_brand_id => %L)',
    'create_conversation_session'
  ),
  (
    'joining',
    'insert into public.brand_members (brand_id, user_id) values (%L, tests.id_of(''owner''))', null
  ),
  (
    'its usage', $$ select public.get_brand_usage(%L, '2026-01-01', '2026-01-31') $$,
    'get_brand_usage'
  ),
  (
    'its usage of no day', $$ select public.get_brand_usage(%L, '2026-01-31', '2026-01-01') $$,
    'get_brand_usage'
  ),
  ('its budgets', 'select public.get_budget_status(%L)', 'get_budget_status'),
  (
    'its questions', $$ select public.get_common_questions(%L, '2026-01-01', '2026-01-31') $$,
    'get_common_questions'
  ),
  (
    'a budget',
    'insert into public.budgets (brand_id, period, hard_limit_usd) values (%L, ''day'', 1)', null
  );

select set_eq(
  'select t.function from tests.tries as t where t.function is not null',
  $$
    select p.proname::text
    from pg_proc as p
    where p.pronamespace = 'public'::regnamespace
      and 'p_brand_id' = any (p.proargnames)
      and has_function_privilege('authenticated', p.oid, 'execute')
      -- A filter on the caller's own sessions: lists_hold_only_ones_own_sessions.
      and p.proname not in (
        'list_sessions', 'count_sessions', 'search_messages', 'search_sessions', 'match_messages',
        'hybrid_search_messages'
      )
  $$,
  'every function that takes p_brand_id is tried'
);

select tests.act_as('owner');
select is(
  tests.full_error_of(format(t.statement, tests.id_of('other_brand'))),
  tests.full_error_of(format(t.statement, tests.id_of('nothing'))),
  t.name || ' tells nothing about a brand of others'
)
from tests.tries as t;
select isnt(
  tests.full_error_of(format(t.statement, tests.id_of('other_brand'))),
  'ok',
  t.name || ' is refused'
)
from tests.tries as t;

-- A plain member, too, is no reader of the brand's numbers.
select is(
  tests.full_error_of(format(t.statement, tests.id_of('brand'))),
  tests.full_error_of(format(t.statement, tests.id_of('nothing'))),
  t.name || ' tells nothing to a plain member'
)
from tests.tries as t
where t.function in ('get_brand_usage', 'get_budget_status', 'get_common_questions');
select set_eq(
  $$
    select split_part(tests.full_error_of(format(t.statement, tests.id_of('nothing'))), ' | ', 3)
    from tests.tries as t
    where t.function in ('get_brand_usage', 'get_budget_status', 'get_common_questions')
  $$,
  array['BRAND_NOT_FOUND'],
  'the code is BRAND_NOT_FOUND'
);

select * from finish();
rollback;
