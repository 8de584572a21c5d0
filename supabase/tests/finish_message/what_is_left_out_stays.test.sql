begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
\ir ../_fixtures/streaming.psql
select plan(14);

select tests.start(1);
select tests.price('m');
select tests.act_as('owner');
create function pg_temp.figures(p_n integer)
returns text
language sql
as $$
  select concat_ws(
    ' ', m.status, coalesce(m.tokens_used::text, '-'), coalesce(m.input_tokens::text, '-'),
    coalesce(m.output_tokens::text, '-'), coalesce(trim_scale(m.cost_usd)::text, '-'), m.cost_source,
    m.reported_by
  )
  from public.conversation_messages as m
  where m.id = tests.m(p_n)
$$;

select tests.begin(1);
select public.finish_message(
  tests.m(1), 'cancelled', p_tokens_used => 5, p_latency_ms => 7, p_time_to_first_token_ms => 3,
  p_finish_reason => 'stop', p_tool_calls => '[{"id": "c"}]', p_parts => '[{"type": "text"}]'
);
select tests.act_as('service_role');
select public.finish_message(tests.m(1), p_cost_usd => 0.01);
select is(
  pg_temp.figures(1), 'cancelled 5 - - 0.01 reported service_role', 'the server adds the cost alone'
);
select results_eq(
  $$
    select m.tool_calls, m.parts, m.latency_ms, m.time_to_first_token_ms, m.finish_reason
    from public.conversation_messages as m
    where m.id = tests.m(1)
  $$,
  $$ values ('[{"id": "c"}]'::jsonb, '[{"type": "text"}]'::jsonb, 7, 3, 'stop') $$,
  'and the rest is as the user said'
);
select lives_ok(
  format('select public.finish_message(%L, p_cost_usd => 0.01)', tests.m(1)), 'again: no change'
);

select tests.act_as('owner');
select tests.begin(2);
select public.finish_message(tests.m(2), p_input_tokens => 20, p_output_tokens => 10);
select tests.act_as('service_role');
select public.finish_message(
  tests.m(2), p_tokens_used => 30, p_input_tokens => 10, p_output_tokens => 15
);
select is(
  pg_temp.figures(2), 'complete 30 10 15 - unpriced service_role', 'a total is taken as it is given'
);

select tests.act_as('owner');
select tests.begin(3, 'active', 'm');
select public.finish_message(tests.m(3), p_tokens_used => 5, p_cost_usd => 0);
select tests.act_as('service_role');
select public.finish_message(tests.m(3), p_latency_ms => 9);
select is(
  pg_temp.figures(3), 'complete 5 - - 0 reported authenticated', 'a claim stays that of who made it'
);
select public.finish_message(tests.m(3), p_input_tokens => 1000, p_output_tokens => 100);
select is(
  pg_temp.figures(3), 'complete 1100 1000 100 0.003 price_book service_role',
  'until the server counts: then the total and the cost are those of its tokens'
);

select tests.act_as('owner');
select tests.begin(4, 'active', 'm');
select public.finish_message(tests.m(4), 'interrupted', p_input_tokens => 1000, p_error_message => 'lost');
select is(
  pg_temp.figures(4), 'interrupted 1000 1000 - 0.002 price_book authenticated', 'interrupted'
);
select public.append_message_delta(tests.m(4), 1, 'x');
select public.finish_message(tests.m(4), p_output_tokens => 100);
select is(
  pg_temp.figures(4), 'complete 1100 1000 100 0.003 price_book authenticated',
  'what it took until then counts with what it took at its end'
);
select is(
  (select m.error_message from public.conversation_messages as m where m.id = tests.m(4)), null,
  'and what is complete has no error'
);

select tests.begin(5);
select public.finish_message(tests.m(5), p_reasoning_tokens => 7);
select is(tests.cost_of(5), 'unpriced', 'a call of which hardly anything is known');
select tests.begin(6);
select tests.act_as('service_role');
update public.conversation_messages set reasoning_tokens = 8 where id in (tests.m(5), tests.m(6));
select is(tests.cost_of(5), 'unpriced', 'once that is corrected');
select is(tests.cost_of(6), 'unpriced', 'or while it runs');
select is((select sum(u.requests) from public.usage_daily as u), 6::numeric, 'counts as when it began');
select is(tests.ledger(false), 'daily exact, totals exact', 'usage is exact');

select * from finish();
rollback;
