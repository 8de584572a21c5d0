begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(4);

select tests.work();
select is(
  tests.ledger(), 'daily exact, totals exact', 'after inserts, append_messages and log_turn'
);
select public.merge_usage();
select is(tests.ledger(), 'daily exact, totals exact', 'merged');
select tests.act_as('owner');
insert into public.conversation_messages (session_id, role, content, provider, model_used, latency_ms)
select tests.s(1), 'assistant', 'x', 'acme', 'm1', i from generate_series(1, 40) as i;
select is(tests.ledger(), 'daily exact, totals exact', 'with more since the merge');
select public.merge_usage();
select is(tests.ledger(), 'daily exact, totals exact', 'and merged again');

select * from finish();
rollback;
