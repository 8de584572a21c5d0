begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(5);

select tests.start(1);
select tests.fill(1, 201);
select tests.act_as('owner');
create function pg_temp.limited(p_limit text)
returns text
language sql
as $$
  select tests.error_of(
    format('select public.get_conversation_history(%L, %s)', tests.s(1), p_limit)
  )
$$;
select is(pg_temp.limited('0'), 'PT400 INVALID_ARGUMENT', '0');
select is(pg_temp.limited('-1'), 'PT400 INVALID_ARGUMENT', '-1');
select is(pg_temp.limited('201'), 'PT400 INVALID_ARGUMENT', '201');
select is(pg_temp.limited('null'), 'PT400 INVALID_ARGUMENT', 'null');
select is(
  (select count(*) from public.get_conversation_history(tests.s(1), 200)), 200::bigint, '200'
);

select * from finish();
rollback;
