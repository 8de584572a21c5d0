begin;
\ir ../_shared/setup.psql
select plan(3);

select tests.act_as('owner');
create function pg_temp.inserted(p_state text)
returns text
language sql
as $$
  select tests.error_of(
    format('insert into public.conversation_sessions (state) values (%L)', p_state)
  )
$$;
select is(pg_temp.inserted('initial'), 'ok', 'initial');
select is(
  (
    select array_agg(distinct pg_temp.inserted(s::text))
    from unnest(enum_range('gathering'::public.session_state, null)) as s
  ), array['PT409 ILLEGAL_TRANSITION'], 'every other state is refused'
);
select is((select count(*) from public.conversation_sessions), 1::bigint, 'one row was made');

select * from finish();
rollback;
