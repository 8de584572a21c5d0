begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/formats.psql
select plan(4);

select tests.start(1);
select tests.fill(1, 51);
select tests.act_as('owner');
create function pg_temp.limited(p_limit text)
returns text
language sql
as $$
  select tests.error_of(format('select public.get_openai_messages(%L, %s)', tests.s(1), p_limit))
$$;
select is(pg_temp.limited('0'), 'PT400 INVALID_ARGUMENT', '0');
select is(pg_temp.limited('201'), 'PT400 INVALID_ARGUMENT', '201');
select is(pg_temp.limited('null'), 'PT400 INVALID_ARGUMENT', 'null');
select is(
  jsonb_array_length(public.get_openai_messages(tests.s(1))), 50, 'left out, it is 50'
);

select * from finish();
rollback;
