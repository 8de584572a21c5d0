begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(8);

select tests.start(1, 'other');
select tests.start(2, 'brand_member', 'brand');
create function tests.sent(p_actor text, p_id uuid)
returns text
language sql
as $$
  select tests.act_as(p_actor);
  select tests.error_of(
    format('select public.append_messages(%L, %L)', p_id, jsonb_build_array(tests.msg(1)))
  )
$$;
select is(tests.sent('owner', tests.s(1)), 'PT404 SESSION_NOT_FOUND', 'another user''s session');
select is(tests.sent('owner', tests.id_of('nothing')), 'PT404 SESSION_NOT_FOUND', 'an unknown id');
select is(tests.sent('owner', null), 'PT404 SESSION_NOT_FOUND', 'no id');
select is(
  tests.sent('brand_owner', tests.s(2)), 'PT404 SESSION_NOT_FOUND', 'a member''s session'
);
select is(
  tests.sent('service_role', tests.id_of('nothing')), 'PT404 SESSION_NOT_FOUND', 'for the server'
);
select is(tests.sent('service_role', tests.s(1)), 'ok', 'which writes into any session');
select is(
  (select reported_by from public.conversation_messages where id = tests.m(1)), 'service_role',
  'in its own name'
);
select tests.act_as('owner');
select set_config('request.jwt.claims', '', true);
select is(
  tests.error_of(tests.append_call(1, jsonb_build_array(tests.msg(2)))), 'PT404 SESSION_NOT_FOUND',
  'without a user'
);

select * from finish();
rollback;
