begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(11);

create function pg_temp.adds(p_more jsonb)
returns text
language sql
as $$ select tests.error_of(format('select tests.price(%L, %L)', 'm', p_more)) $$;
select is(pg_temp.adds('{"provider": "OpenAI"}'), '23514', 'a provider in capitals');
select is(pg_temp.adds('{"provider": ""}'), '23514', 'no provider');
select is(
  pg_temp.adds(jsonb_build_object('provider', repeat('x', 201))), '23514', 'a long provider'
);
select is(tests.error_of($$ select tests.price('') $$), '23514', 'no model');
select is(tests.error_of($$ select tests.price(repeat('x', 201)) $$), '23514', 'a long model');
select is(pg_temp.adds('{"service_tier": "Batch"}'), '23514', 'a tier in capitals');
select is(
  (
    select string_agg(pg_temp.adds(jsonb_build_object('service_tier', n.name)), ' ')
    from unnest('{default,auto,on_demand,fast}'::text[]) as n (name)
  ), '23514 23514 23514 23514', 'a tier by a name that calls are looked up without'
);
select is(pg_temp.adds('{"min_input_tokens": -1}'), '23514', 'fewer tokens than none');
select is(pg_temp.adds('{"source": ""}'), '23514', 'an empty source');
select is(
  pg_temp.adds(jsonb_build_object('source', repeat('x', 2000))) || ' '
  || pg_temp.adds(jsonb_build_object('provider', 'b', 'source', repeat('x', 2001))), 'ok 23514',
  'a source of 2000 characters, and a longer one'
);
select is(
  pg_temp.adds('{"provider": "self-hosted", "service_tier": "scale_1"}'), 'ok', 'names as they are'
);

select * from finish();
rollback;
