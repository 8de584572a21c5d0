begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(7);

select tests.start(1, 'other');
select tests.start(2, 'brand_member', 'brand');
insert into public.conversation_sessions (id, user_id) values (tests.s(3), null);
create function pg_temp.turn(p_session_id uuid)
returns text
language sql
as $$
  select tests.error_of(
    format('select public.log_turn(%L, %L, %L, %L)', p_session_id, gen_random_uuid(), 'q', 'a')
  )
$$;
select tests.act_as('owner');
select is(pg_temp.turn(tests.s(1)), 'PT404 SESSION_NOT_FOUND', 'another user''s');
select is(pg_temp.turn(tests.s(3)), 'PT404 SESSION_NOT_FOUND', 'a visitor''s');
select is(pg_temp.turn(tests.id_of('nothing')), 'PT404 SESSION_NOT_FOUND', 'one that is not there');
select is(pg_temp.turn(null), 'PT404 SESSION_NOT_FOUND', 'none');
select tests.act_as('brand_owner');
select is(pg_temp.turn(tests.s(2)), 'PT404 SESSION_NOT_FOUND', 'a member''s, for the brand owner');
select tests.act_as('anon');
select is(pg_temp.turn(tests.s(1)), '42501', 'anon may not call it');
select tests.act_as('service_role');
select is(pg_temp.turn(tests.s(3)), 'ok', 'service_role writes into a visitor''s');

select * from finish();
rollback;
