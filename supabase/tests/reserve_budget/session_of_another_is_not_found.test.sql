begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(7);

create function pg_temp.reserved(p_actor text, p_session uuid)
returns text
language sql
as $$
  select tests.act_as(p_actor);
  select tests.error_of(format('select public.reserve_budget(%L, 0.1)', p_session))
$$;
grant execute on function pg_temp.reserved(text, uuid) to authenticated, service_role;
select is(pg_temp.reserved('owner', tests.s(4)), 'PT404 SESSION_NOT_FOUND', 'another user''s');
select is(pg_temp.reserved('brand_owner', tests.s(3)), 'PT404 SESSION_NOT_FOUND', 'a member''s');
select is(pg_temp.reserved('owner', tests.id_of('nothing')), 'PT404 SESSION_NOT_FOUND', 'an unknown id');
select is(pg_temp.reserved('owner', null), 'PT404 SESSION_NOT_FOUND', 'no id');
select tests.act_as('postgres');
update public.conversation_sessions set deleted_at = now() where id = tests.s(1);
select is(pg_temp.reserved('owner', tests.s(1)), 'PT404 SESSION_NOT_FOUND', 'in the trash');
select is(pg_temp.reserved('service_role', tests.s(1)), 'ok', 'the server may');
select is(
  pg_temp.reserved('service_role', tests.id_of('nothing')), 'PT404 SESSION_NOT_FOUND',
  'but not for an unknown one'
);

select * from finish();
rollback;
