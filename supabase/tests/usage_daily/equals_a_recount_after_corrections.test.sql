begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(13);

select tests.work();
create function pg_temp.corrected(p_set text)
returns text
language plpgsql
as $$
declare
  v_changed bigint;
begin
  perform tests.act_as('service_role');
  execute format('update public.conversation_messages set %s where id = any ($1)', p_set)
  using array(select tests.m(i) from unnest('{2,4,6,8}'::integer[]) as i);
  get diagnostics v_changed = row_count;
  perform tests.act_as('postgres');
  -- Without first and last use: a key keeps those of a message that moved to another.
  return v_changed || ' changed, ' || tests.ledger(false);
end
$$;
select is(pg_temp.corrected(c.set_clause), '4 changed, daily exact, totals exact', c.set_clause)
from unnest(array[
  'cost_usd = 0.3', 'cost_usd = null', 'tokens_used = 5000', 'input_tokens = 123, output_tokens = 4',
  'cached_input_tokens = 7, cache_write_tokens = 8, cache_write_1h_tokens = 9',
  'reasoning_tokens = 10'
]) as c (set_clause);
select public.merge_usage();
select is(
  pg_temp.corrected(c.set_clause), '4 changed, daily exact, totals exact',
  c.set_clause || ', after a merge'
)
from unnest(array[
  $$model_used = 'm2'$$, $$provider = 'other'$$, 'tokens_used = null', 'latency_ms = 4096',
  'latency_ms = null', $$provider = null, model_used = null$$
]) as c (set_clause);
select public.merge_usage();
select is(tests.ledger(false), 'daily exact, totals exact', 'all of them merged');

select * from finish();
rollback;
