begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(3);

select tests.visit(1);
select tests.act_as('service_role');
select tests.append(1, jsonb_build_array(tests.msg(1)));
select is(
  tests.error_of(format('select public.fork_session(%L)', tests.s(1))), 'PT403 FORBIDDEN',
  'a copy that no secret opens, nothing ends and no erasure finds is not made'
);
select tests.act_as('owner');
select public.claim_visitor_session(tests.s(1), p_session_secret => tests.secret(1));
select is((public.fork_session(tests.s(1))).message_count, 1, 'the user who claimed it copies it');
select tests.act_as('service_role');
select is(
  (public.fork_session(tests.s(1))).user_id, tests.id_of('owner'), 'and so does the server, for that user'
);

select * from finish();
rollback;
