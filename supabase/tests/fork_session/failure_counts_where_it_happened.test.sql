begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(3);

select tests.start(1);
select tests.act_as('owner');
select public.log_turn(
  tests.s(1), tests.m(1), 'q', p_provider => 'acme', p_model_used => 'm', p_error_message => 'timeout'
);
create temporary table forked as select f.id from public.fork_session(tests.s(1)) as f;
select is(
  (
    select concat_ws(' ', m.status, coalesce(m.error_message, 'none'))
    from forked as f
    join public.conversation_messages as m on m.session_id = f.id and m.role = 'assistant'
  ), 'interrupted none', 'the copy is no failure'
);
select is((select sum(u.errors) from public.usage_daily as u), 1::numeric, 'one failed');
select is(tests.ledger(), 'daily exact, totals exact', 'usage is exact');

select * from finish();
rollback;
