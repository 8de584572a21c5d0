begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(9);

select tests.start(1);
select tests.act_as('owner');
-- tokens_used is given, so that only the column itself can be at fault.
create function pg_temp.with_value(p_column text, p_value integer)
returns text
language sql
as $$
  select tests.error_of(format(
    'insert into public.conversation_messages (session_id, role, content, %s%I)
     values (%L, %L, %L, %s%s)', case when p_column <> 'tokens_used' then 'tokens_used, ' end,
    p_column, tests.s(1), 'assistant', 'a', case when p_column <> 'tokens_used' then '0, ' end,
    p_value
  ))
$$;
select is(
  pg_temp.with_value(c, -1) || ' ' || pg_temp.with_value(c, 0), '23514 ok', c || ': -1 and 0'
)
from unnest(
  array[
    'tokens_used', 'latency_ms', 'input_tokens', 'output_tokens', 'cached_input_tokens',
    'cache_write_tokens', 'cache_write_1h_tokens', 'reasoning_tokens', 'time_to_first_token_ms'
  ]
) as c;

select * from finish();
rollback;
