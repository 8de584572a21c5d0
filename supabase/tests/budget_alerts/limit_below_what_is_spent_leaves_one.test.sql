begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(13);

select tests.act_as('service_role');
select tests.did(tests.spend(2, 1, 50));
insert into public.budgets (user_id, period, hard_limit_usd) values (tests.id_of('owner'), 'day', 100);
select is(tests.alerts_of('owner'), 'none', 'a limit above it');
update public.budgets set hard_limit_usd = 20;
select is(tests.alerts_of('owner'), 'hard 20 at 50', 'one that is lowered below it');
select is(tests.reserve(1, 0, 1), 'PT402 BUDGET_EXCEEDED', 'the next hold is refused');
select is(tests.alerts_of('owner'), 'hard 20 at 50', 'and takes nothing back');
update public.budgets set hard_limit_usd = 10;
select is(tests.alerts_of('owner'), 'hard 20 at 50', 'once a period');
insert into public.budgets (user_id, period, soft_limit_usd) values (tests.id_of('owner'), 'month', 50);
select is(tests.alerts_of('owner'), 'hard 20 at 50, soft 50 at 50', 'one that is set below it');
select is(tests.alerts_of('brand'), 'none', 'somebody else''s is not looked at');
insert into public.budgets (user_id, period, hard_limit_usd) values (tests.id_of('other'), 'day', 0);
select is(tests.alerts_of('other'), 'none', 'a limit of nothing is reached by nobody');
insert into public.budgets (user_id, period, soft_limit_usd, hard_limit_usd)
values (tests.id_of('other'), 'month', 0, 10);
select is(tests.alerts_of('other'), 'none', 'nor is one beside a limit of something');
select tests.did(tests.spend(4, 2, 3));
select is(
  tests.alerts_of('other'), 'hard 0 at 3, soft 0 at 3', 'but by the first cost'
);
delete from public.budgets where user_id = tests.id_of('other');
insert into public.budgets (user_id, period, hard_limit_usd) values (tests.id_of('other'), 'day', 0);
select is(tests.alerts_of('other'), 'hard 0 at 3', 'and by what is spent when it is set');
select tests.act_as('brand_admin');
insert into public.budgets (brand_id, period, soft_limit_usd) values (tests.id_of('brand'), 'day', 60);
update public.budgets set soft_limit_usd = 40, hard_limit_usd = 50 where brand_id = tests.id_of('brand');
select is(tests.alerts_of('brand'), 'hard 50 at 50, soft 40 at 50', 'by an admin of the brand');
select is(
  (select count(*) from public.budget_alerts), 2::bigint, 'who reads the brand''s and no others'
);

select * from finish();
rollback;
