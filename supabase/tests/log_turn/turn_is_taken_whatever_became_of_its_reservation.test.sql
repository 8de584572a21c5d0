begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(7);

select tests.start(1);
select tests.start(2, 'other');
insert into public.budgets (user_id, period, hard_limit_usd) values (tests.id_of('owner'), 'day', 10);
select tests.act_as('owner');
select public.reserve_budget(tests.s(1), 1, tests.m(11));
select public.release_budget(tests.m(11));
select tests.act_as('service_role');
select public.reserve_budget(tests.s(1), 2, tests.m(12));
select tests.act_as('other');
select public.reserve_budget(tests.s(2), 4, tests.m(13));
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
select is(pg_temp.turn(1, 99), 'ok', 'one that is not there');
select is(pg_temp.turn(2, 11), 'ok', 'one that was released');
select is(pg_temp.turn(3, 12), 'ok', 'one that the server holds');
select is(pg_temp.turn(4, 13), 'ok', 'one of another user');
select is(pg_temp.budget(), 'spent 6.0 held 2', 'what was spent is counted');
select tests.act_as('postgres');
select is(
  (
    select string_agg(tests.number_of(r.id) || ' ' || r.status, ', ' order by r.id)
    from public.budget_reservations as r
  ), '11 released, 12 held, 13 held', 'and holds that are not the caller''s to end stay'
);
select tests.act_as('service_role');
select is(
  (
    select concat_ws(' ', count(*), sum(m.cost_usd)) from public.conversation_messages as m
    where m.session_id = tests.s(1)
  ), '8 6.0', 'four turns are written'
);

select * from finish();
rollback;
