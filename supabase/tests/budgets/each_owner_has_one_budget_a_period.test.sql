begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir money.psql
select plan(6);

create function pg_temp.made(p_owner text, p_period text)
returns text
language sql
as $$
  select tests.error_of(
    format('select tests.set_budget(%L, 1, null, %L)', p_owner, p_period)
  )
$$;
select is(pg_temp.made('owner', 'day'), 'ok', 'a day of a user');
select is(pg_temp.made('owner', 'month'), 'ok', 'and a month');
select is(pg_temp.made('owner', 'day'), '23505', 'no second day');
select is(pg_temp.made('brand', 'month'), 'ok', 'a month of a brand');
select is(pg_temp.made('brand', 'month'), '23505', 'no second month');
select is(pg_temp.made('other', 'day'), 'ok', 'a day of another user');

select * from finish();
rollback;
