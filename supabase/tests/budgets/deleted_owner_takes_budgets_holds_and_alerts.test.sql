begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir money.psql
select plan(8);

select tests.set_budget('other', 1, 0.5);
select tests.set_budget('owner', 1, 0.5);
select tests.act_as('other');
select is(tests.reserve(4, 0.1, 1), 'ok', 'a hold');
select tests.did(tests.spend(4, 1, 0.6));
select is(tests.alerts_of('other'), 'soft 0.5 at 0.6', 'and an alert');
select tests.act_as('postgres');
delete from auth.users where id = tests.id_of('other');
select is(tests.state_of('other'), null, 'go with their user');
select is(tests.status_of(1), 'none', 'the hold too');
select is((select count(*) from public.budget_alerts), 0::bigint, 'and the alert');
select is(tests.state_of('owner'), 'day: 0 spent, 0 held', 'those of others stay');

insert into public.brands (id, slug, name) values (tests.id_of('nothing'), 'empty', 'Empty');
insert into public.budgets (brand_id, period, hard_limit_usd) values (tests.id_of('nothing'), 'day', 1);
delete from public.brands where id = tests.id_of('nothing');
select is(
  (select count(*) from public.budgets where brand_id = tests.id_of('nothing')), 0::bigint,
  'a brand''s go with it'
);
select tests.act_as('owner');
select tests.did(tests.reserve(1, 0.1, 2));
select tests.act_as('postgres');
delete from public.conversation_sessions where id = tests.s(1);
select is(
  tests.state_of('owner'), 'day: 0 spent, 0.1 held', 'a hold outlives its session'
);

select * from finish();
rollback;
