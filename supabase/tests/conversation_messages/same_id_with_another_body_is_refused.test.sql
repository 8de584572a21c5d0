begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(6);

select tests.start(1);
select tests.act_as('owner');
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(1), tests.s(1), 'assistant', 'a');
create function pg_temp.again(p_columns text, p_values text)
returns text
language sql
as $$
  select tests.error_of(format(
    'insert into public.conversation_messages (id, session_id, %s) values (%L, %L, %s)', p_columns,
    tests.m(1), tests.s(1), p_values
  ))
$$;
select is(pg_temp.again('role, content', $$'assistant', 'a'$$), 'ok', 'the same body');
select is(
  (
    select array_agg(t.c)
    from (
      values
        ('tokens_used', '1'), ('model_used', '''a'''), ('provider', '''a'''), ('cost_usd', '1'),
        ('latency_ms', '1'), ('action_taken', '''a'''), ('questions_asked', '''[1]'''),
        ('delegation_plan', '''[1]'''), ('content_type', '''code'''), ('parts', '''[1]'''),
        ('tool_calls', '''[1]'''), ('tool_call_id', '''a'''), ('input_tokens', '1'),
        ('output_tokens', '1'), ('cached_input_tokens', '1'), ('cache_write_tokens', '1'),
        ('cache_write_1h_tokens', '1'), ('reasoning_tokens', '1'), ('service_tier', '''a'''),
        ('time_to_first_token_ms', '1'), ('finish_reason', '''a'''), ('error_message', '''a'''),
        ('mood', '''a'''), ('metadata', '''{"a": 1}''')
    ) as t (c, v)
    where pg_temp.again('role, content, ' || t.c, '''assistant'', ''a'', ' || t.v)
      <> 'PT409 IDEMPOTENCY_MISMATCH'
  ), null, 'any one column more that a client may give'
);
select is(
  pg_temp.again('role, content', $$'assistant', 'b'$$), 'PT409 IDEMPOTENCY_MISMATCH',
  'other content'
);
select is(
  pg_temp.again('role, content', $$'user', 'a'$$), 'PT409 IDEMPOTENCY_MISMATCH', 'another role'
);
select is(tests.counters_of(1), 'messages 1, tokens 0, cost 0, last 1', 'nothing was written');
select is(
  (select role || content from public.conversation_messages), 'assistanta', 'the first one stays'
);

select * from finish();
rollback;
