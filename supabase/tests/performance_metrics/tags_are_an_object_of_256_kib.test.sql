begin;
\ir ../_shared/setup.psql
select plan(8);

select tests.act_as('service_role');
create function pg_temp.insert_it(p_json text)
returns text
language sql
as $$
  select tests.error_of(format('insert into public.performance_metrics (tags, name, type, value) values (%L, ''n'', ''gauge'', 1)', p_json))
$$;
select is(pg_temp.insert_it('{"a": {"b": [1, null]}}'), 'ok', 'an object');
select is(pg_temp.insert_it('[1]'), '23514', 'no array');
select is(pg_temp.insert_it('"a"'), '23514', 'no text');
select is(pg_temp.insert_it('null'), '23514', 'no JSON null');
select is(
  pg_temp.insert_it(format('{"a": "%s"}', repeat('x', 262144 - 9))), 'ok', '262144 bytes'
);
select is(
  pg_temp.insert_it(format('{"a": "%s"}', repeat('x', 262144 - 8))), '23514', 'not one more'
);
select is(pg_temp.insert_it('{"a": 1e131071}'), '23514', 'no number that no double holds');
select is(pg_temp.insert_it('{"a": 0e-16383}'), '23514', 'nor one with more decimals');

select * from finish();
rollback;
