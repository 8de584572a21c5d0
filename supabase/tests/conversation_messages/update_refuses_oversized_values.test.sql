begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

select tests.start(1);
select tests.fill(1, 1);
select tests.act_as('owner');
create function pg_temp.around(p_column text)
returns text
language sql
as $$
  select string_agg(
    tests.error_of(format(
      'update public.conversation_messages set %I = jsonb_build_object(%L, repeat(%L, %s))',
      p_column, 'a', 'x', bytes - 9
    )), ', ' order by bytes
  )
  from (values (262144), (262145)) as b (bytes)
$$;
select is(pg_temp.around('metadata'), 'ok, PT413 TOO_LARGE', 'metadata: 256 KiB, a byte more');
select is(pg_temp.around('questions_asked'), 'ok, PT413 TOO_LARGE', 'questions asked');
select is(pg_temp.around('delegation_plan'), 'ok, PT413 TOO_LARGE', 'delegation plan');

select * from finish();
rollback;
