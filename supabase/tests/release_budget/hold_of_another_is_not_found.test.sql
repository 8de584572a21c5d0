begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(8);

select tests.act_as('owner');
select tests.did(tests.reserve(2, 0.5, 1));
select tests.act_as('service_role');
select tests.did(tests.reserve(2, 0.5, 2));
create function pg_temp.ended(p_actor text, p_n integer)
returns text
language sql
as $$
  select tests.act_as(p_actor);
  select tests.release(p_n)
$$;
grant execute on function pg_temp.ended(text, integer) to authenticated, service_role;
select is(pg_temp.ended('other', 1), 'PT404 RESERVATION_NOT_FOUND', 'another user''s');
select is(pg_temp.ended('brand_owner', 1), 'PT404 RESERVATION_NOT_FOUND', 'a member''s');
select is(pg_temp.ended('owner', 3), 'PT404 RESERVATION_NOT_FOUND', 'like an unknown one');
select is(pg_temp.ended('anon', 1), '42501', 'anon may not ask');
select is(
  pg_temp.ended('owner', 2), 'PT404 RESERVATION_NOT_FOUND', 'what the server holds for the user'
);
select is(tests.status_of(1) || ' ' || tests.status_of(2), 'held held', 'both still hold');
select is(pg_temp.ended('service_role', 1), 'ok', 'the server ends a user''s');
select is(pg_temp.ended('service_role', 2), 'ok', 'and its own');

select * from finish();
rollback;
