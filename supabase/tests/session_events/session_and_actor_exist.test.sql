begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(5);

create function pg_temp.inserted(p_session uuid, p_actor uuid)
returns text
language sql
as $$
  select tests.error_of(format(
    'insert into public.session_events (session_id, from_state, to_state, actor)
     values (%L, %L, %L, %L)', p_session, 'initial', 'planning', p_actor
  ))
$$;
select tests.start(1);
select is(pg_temp.inserted(tests.s(1), tests.id_of('owner')), 'ok', 'both known');
select is(pg_temp.inserted(tests.s(2), tests.id_of('owner')), '23503', 'an unknown session');
select is(pg_temp.inserted(tests.s(1), tests.id_of('nothing')), '23503', 'an unknown actor');
select is(
  tests.error_of(format(
    'insert into public.session_events (id, session_id, from_state, to_state)
     overriding system value select id, session_id, from_state, to_state
     from public.session_events where session_id = %L', tests.s(1)
  )), '23505', 'an id twice'
);
select is(
  (
    select array_agg(attname::text order by attname)
    from pg_attribute
    where attrelid = 'public.session_events'::regclass and attnum > 0 and attnotnull
  ), array['at', 'from_state', 'id', 'session_id', 'to_state'], 'these are never null'
);

select * from finish();
rollback;
