begin;
\ir ../_shared/setup.psql
select plan(3);

select tests.act_as('service_role');
create function pg_temp.inserted(p_user uuid)
returns text
language sql
as $$
  select tests.error_of(
    format('insert into public.conversation_sessions (user_id) values (%L)', p_user)
  )
$$;
select is(pg_temp.inserted(tests.id_of('nothing')), '23503', 'an unknown user');
select is(pg_temp.inserted(tests.id_of('owner')), 'ok', 'a known one');
select is(pg_temp.inserted(null), 'ok', 'none: a visitor session');

select * from finish();
rollback;
