begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(6);

select tests.set_budget('owner', null, 0.5);
select tests.act_as('owner');
create function pg_temp.flag(p_session integer, p_amount numeric)
returns boolean
language sql
as $$ select r.soft_limit_reached from public.reserve_budget(tests.s(p_session), p_amount) as r $$;
select is(pg_temp.flag(1, 0.49), false, 'below it');
select is(pg_temp.flag(1, 0.01), true, 'at it');
select is(pg_temp.flag(1, 1000), true, 'beyond it, where there is no hard limit');
select is(tests.alerts_of('owner'), 'none', 'what is only held is no alert');
select tests.act_as('postgres');
select tests.set_budget('brand', 10, 0.5);
select tests.act_as('brand_member');
select is(pg_temp.flag(3, 0.4), false, 'of a brand: below');
select is(pg_temp.flag(3, 0.2), true, 'and beyond');

select * from finish();
rollback;
