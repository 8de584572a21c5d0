begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(4);

select tests.start(1);
select tests.act_as('owner');
select public.log_turn(
  tests.s(1), tests.m(1), 'q', 'r', p_provider => 'acme', p_model_used => 'old', p_input_tokens => 5
);
create temporary table forked as select f.id from public.fork_session(tests.s(1)) as f;
grant select on forked to service_role;
select tests.act_as('service_role');
update public.conversation_messages set model_used = 'new' where model_used = 'old';
create function pg_temp.requests()
returns text
language sql
as $$
  select concat_ws(' ', sum(u.requests), sum(u.unpriced_requests)) from public.usage_daily as u
$$;
select is(pg_temp.requests(), '1 1', 'one call was made, and was copied');
select is(
  (
    select concat_ws(' ', m.model_used, m.cost_source) from forked as f
    join public.conversation_messages as m on m.session_id = f.id and m.role = 'assistant'
  ), 'new none', 'the copy names its model as well'
);
update public.conversation_messages as m set cost_usd = 0.5
from forked as f
where m.session_id = f.id and m.role = 'assistant';
select is(pg_temp.requests(), '2 1', 'what is said to have cost something is a call');
select is(tests.ledger(false), 'daily exact, totals exact', 'usage is exact');

select * from finish();
rollback;
