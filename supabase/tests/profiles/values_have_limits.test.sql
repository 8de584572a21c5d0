begin;
\ir ../_shared/setup.psql
select plan(9);

select tests.act_as('owner');
create function pg_temp.with_value(p_column text, p_value text)
returns text
language sql
as $$
  select tests.error_of(format(
    'update public.profiles set %I = %s where user_id = %L', p_column, p_value, tests.id_of('owner')
  ))
$$;
select is(pg_temp.with_value('username', $$''$$), '23514', 'an empty username');
select is(pg_temp.with_value('username', $$repeat('é', 64)$$), 'ok', '64 characters');
select is(pg_temp.with_value('username', $$repeat('x', 65)$$), '23514', '65');
select is(pg_temp.with_value('display_name', $$''$$), '23514', 'an empty display name');
select is(pg_temp.with_value('display_name', $$repeat('é', 200)$$), 'ok', '200 characters');
select is(pg_temp.with_value('display_name', $$repeat('x', 201)$$), '23514', '201');
select is(pg_temp.with_value('metadata', $$'[]'$$), '23514', 'an array');
select is(
  pg_temp.with_value('metadata', $$jsonb_build_object('a', repeat('x', 262135))$$), 'ok', '256 KiB'
);
select is(
  pg_temp.with_value('metadata', $$jsonb_build_object('a', repeat('x', 262136))$$), '23514',
  'a byte more'
);

select * from finish();
rollback;
