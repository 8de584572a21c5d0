begin;
\ir ../_shared/setup.psql
select plan(6);

select tests.act_as('brand_admin');
create function pg_temp.set_to(p_value text)
returns text
language sql
as $$
  select tests.error_of(format(
    'update public.brands set settings = %s where id = %L', p_value, tests.id_of('brand')
  ))
$$;
select is(pg_temp.set_to($$'[]'$$), '23514', 'an array');
select is(pg_temp.set_to($$'"a"'$$), '23514', 'a string');
select is(pg_temp.set_to('null'), '23502', 'none');
select is(pg_temp.set_to($$jsonb_build_object('a', repeat('x', 262135))$$), 'ok', '256 KiB');
select is(pg_temp.set_to($$jsonb_build_object('a', repeat('x', 262136))$$), '23514', 'a byte more');
select is(
  pg_temp.set_to($$jsonb_build_object('a', array['1e131071', '1e131071']::numeric[])$$), '23514',
  'few bytes stored, more in the text'
);

select * from finish();
rollback;
