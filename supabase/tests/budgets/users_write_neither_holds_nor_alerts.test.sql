begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir money.psql
select plan(12);

select tests.set_budget('brand', 1);
select tests.act_as('brand_owner');
select is(tests.error_of(s.sql), '42501', 'a user: ' || s.sql)
from (
  values
    ('insert into public.budget_reservations (amount_usd) values (0)'),
    ('update public.budget_reservations set status = ''released'''),
    ('delete from public.budget_reservations'),
    ('insert into public.budget_alerts (spent_usd) values (0)'),
    ('update public.budget_alerts set spent_usd = 0'),
    ('delete from public.budget_alerts')
) as s (sql);
select tests.act_as('service_role');
select is(tests.error_of(s.sql), '42501', 'the server: ' || s.sql)
from (
  values
    ('insert into public.budget_reservations (amount_usd) values (0)'),
    ('update public.budget_reservations set status = ''released'''),
    ('delete from public.budget_reservations'),
    ('insert into public.budget_alerts (spent_usd) values (0)'),
    ('update public.budget_alerts set spent_usd = 0'),
    ('delete from public.budget_alerts')
) as s (sql);

select * from finish();
rollback;
