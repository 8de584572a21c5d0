begin;
\ir ../_shared/setup.psql
select plan(7);

insert into public.conversation_sessions (user_id)
select tests.id_of('owner') from generate_series(1, 201);
select tests.act_as('owner');
create function pg_temp.limited(p_limit text)
returns text
language sql
as $$ select tests.error_of(format('select public.list_sessions(p_limit => %s)', p_limit)) $$;
select is(pg_temp.limited('0'), 'PT400 INVALID_ARGUMENT', '0');
select is(pg_temp.limited('-1'), 'PT400 INVALID_ARGUMENT', '-1');
select is(pg_temp.limited('201'), 'PT400 INVALID_ARGUMENT', '201');
select is(pg_temp.limited('null'), 'PT400 INVALID_ARGUMENT', 'null');
select is((select count(*) from public.list_sessions(p_limit => 200)), 200::bigint, '200');
select is((select count(*) from public.list_sessions(p_limit => 1)), 1::bigint, '1');
select is((select count(*) from public.list_sessions()), 20::bigint, 'left out: 20');

select * from finish();
rollback;
