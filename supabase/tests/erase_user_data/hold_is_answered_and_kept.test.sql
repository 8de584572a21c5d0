begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(9);

select tests.start(1, 'owner', 'brand');
select tests.fill(1, 2);
select tests.act_as('other');
select is(
  tests.error_of('select public.erase_user_data(tests.id_of(''owner''))'), 'PT403 FORBIDDEN',
    'nobody erases somebody else'
);
select is(
  tests.error_of(format('select public.erase_user_data(p_session_id => %L)', tests.s(1))),
    'PT400 INVALID_ARGUMENT',
  'nor a session'
);
select tests.act_as('service_role');
select is(tests.error_of('select public.erase_user_data()'), 'PT400 INVALID_ARGUMENT',
  'a server names the user');
select is(
  tests.error_of(format('select public.erase_user_data(p_session_id => %L)', tests.s(1))),
    'PT400 INVALID_ARGUMENT',
  'not a session that has one'
);
select public.set_legal_hold('court', p_brand_id => tests.id_of('brand'));
select tests.act_as('owner');
select is(
  public.erase_user_data() - 'hint',
    '{"code": "PT409", "message": "Under a legal hold", "details": "LEGAL_HOLD"}',
  'under a hold the answer is that of the error'
);
select is(current_setting('response.status', true), '409', 'with its status over the API');
select tests.act_as('postgres');
select is((select count(*) from public.conversation_messages), 2::bigint, 'nothing goes');
select is(
  (select action::text from public.audit_log order by id desc limit 1), 'erasure_refused',
    'and it is recorded'
);
select is((select count(*) from public.erasure_receipts), 0::bigint, 'without a receipt');

select * from finish();
rollback;
