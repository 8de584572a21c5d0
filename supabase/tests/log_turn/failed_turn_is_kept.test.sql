begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(5);

select tests.start(1);
select tests.price('m');
select tests.act_as('owner');
select results_eq(
  format(
    $$
      select r.role::text, r.content, r.status::text, r.error_message, r.cost_usd
      from public.log_turn(
        %L, %L, 'q', p_provider => 'acme', p_model_used => 'm', p_input_tokens => 1000,
        p_error_message => 'overloaded'
      ) as r
    $$, tests.s(1), tests.m(1)
  ),
  $$
    values ('user', 'q', 'complete', null, null::numeric),
      ('assistant', '', 'failed', 'overloaded', 0.002)
  $$, 'the answer is empty and failed, and costs what it used'
);
select is(
  (
    select concat_ws('|', r.content, r.status, r.error_message)
    from public.log_turn(
      tests.s(1), tests.m(2), 'q', 'half an', p_error_message => 'cut off'
    ) as r
    where r.role = 'assistant'
  ), 'half an|failed|cut off', 'what came before the error is kept'
);
select is(
  (select string_agg(h.role || ' ' || h.status, ', ') from public.get_conversation_history(tests.s(1)) as h),
  'user complete, assistant failed, user complete, assistant failed', 'both in the history'
);
select is(
  (select concat_ws(' ', sum(u.errors), sum(u.requests)) from public.usage_daily as u), '2 1',
  'two errors, one of them a model call'
);
select is(tests.ledger(), 'daily exact, totals exact', 'the ledger agrees');

select * from finish();
rollback;
