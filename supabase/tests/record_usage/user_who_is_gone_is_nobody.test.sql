begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(4);

select tests.act_as('service_role');
select is(
  (
    select r.inserted from public.record_usage(
      tests.m(1), tests.id_of('nothing'), p_provider => 'acme', p_cost_usd => 0.5
    ) as r
  ), true, 'usage of a user who does not exist is taken'
);
select is(
  (
    select concat_ws(' ', u.user_id is null, u.requests, u.cost_usd) from public.usage_daily as u
    where u.provider = 'acme'
  ), 't 1 0.5', 'as nobody''s'
);
select is(tests.ledger(), 'daily exact, totals exact', 'the recount holds');
select tests.act_as('service_role');
select is(
  (
    select r.inserted from public.record_usage(
      tests.m(1), tests.id_of('nothing'), p_provider => 'acme', p_cost_usd => 0.5
    ) as r
  ), false, 'once'
);

select * from finish();
rollback;
