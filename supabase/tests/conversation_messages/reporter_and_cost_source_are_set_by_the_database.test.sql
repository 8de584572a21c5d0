begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(9);

select tests.start(1);
create function tests.inserted(p_actor text, p_columns text, p_values text)
returns text
language plpgsql
as $$
declare
  v_found text;
begin
  perform tests.act_as(p_actor);
  execute format(
    'insert into public.conversation_messages (session_id, role, content%s)
     values (%L, %L, %L%s) returning concat_ws(%L, reported_by, cost_source, tokens_used)',
    p_columns, tests.s(1), 'assistant', 'a', p_values, ' '
  ) into v_found;
  return v_found;
end
$$;
select is(tests.inserted('owner', '', ''), 'authenticated none', 'no model, no cost');
select is(
  tests.inserted('owner', ', cost_usd', ', 0.1'), 'authenticated reported', 'a cost that is claimed'
);
select is(
  tests.inserted('service_role', ', cost_usd', ', 0.1'), 'service_role reported', 'by the server'
);
select is(
  tests.inserted('owner', ', provider', $$, 'p'$$), 'authenticated unpriced', 'a provider alone'
);
select is(
  tests.inserted('owner', ', model_used', $$, 'p'$$), 'authenticated unpriced', 'a model alone'
);
select is(
  tests.inserted('owner', ', tokens_used', ', 5'), 'authenticated unpriced 5', 'tokens alone'
);
select is(
  tests.inserted('owner', ', input_tokens', ', 5'), 'authenticated unpriced 5',
  'input tokens fill tokens_used'
);
select is(
  tests.inserted('owner', ', input_tokens, output_tokens', ', 5, 6'), 'authenticated unpriced 11',
  'with output tokens'
);
select is(
  tests.inserted('owner', ', input_tokens, output_tokens, tokens_used', ', 5, 6, 20'),
  'authenticated unpriced 20', 'but do not replace it'
);

select * from finish();
rollback;
