begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(8);

select tests.start(1);
insert into public.budgets (user_id, period, hard_limit_usd) values (tests.id_of('owner'), 'day', 10);
select tests.act_as('owner');
select public.reserve_budget(tests.s(1), 2, tests.m(11));
select public.reserve_budget(tests.s(1), 3, tests.m(12));
select tests.act_as('owner');
create function pg_temp.turn(p_n integer, p_reservation integer)
returns text
language sql
as $$
  select tests.error_of(format(
    'select public.log_turn(%L, %L, %L, %L, p_cost_usd => 1.5, p_reservation_id => %L)',
    tests.s(1), tests.m(p_n), 'q', 'a', tests.m(p_reservation)
  ))
$$;
create function pg_temp.budget()
returns text
language sql
as $$
  select concat_ws(' ', 'spent', b.spent_usd, 'held', b.held_usd)
  from public.get_budget_status() as b
$$;
select is(pg_temp.budget(), 'spent 0 held 5', 'two holds');
select is(pg_temp.turn(1, 11), 'ok', 'a turn with one of them');
select is(pg_temp.budget(), 'spent 1.5 held 3', 'is spent instead of held');
select is(pg_temp.turn(1, 11), 'ok', 'sent again');
select is(pg_temp.budget(), 'spent 1.5 held 3', 'it settles nothing more');
select public.log_turn(tests.s(1), tests.m(4), 'q', 'a', p_cost_usd => 0.25);
select is(pg_temp.budget(), 'spent 1.75 held 3', 'a turn without a hold settles none');
select is(pg_temp.turn(1, 12), 'ok', 'sent again with another hold');
select is(pg_temp.budget(), 'spent 1.75 held 0', 'that is no longer held');

select * from finish();
rollback;
