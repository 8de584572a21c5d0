begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(4);

select tests.act_as('service_role');
select results_eq(
  $$
    select session_token, started_at, ended_at, expires_at, claimed_at
    from public.start_visitor_session(
      'test_123', tests.secret(1), 'identifier', 'Mozilla/5.0 (test)', 'https://example.com',
      'desktop', '203.0.113.0/24', 7
    )
  $$,
  $$
    values ('test_123', now(), null::timestamptz, now() + interval '7 days', null::timestamptz)
  $$, 'the answer'
);
select tests.act_as('postgres');
select results_eq(
  $$
    select
      c.user_id, c.session_token, c.secret_hash, c.user_identifier, c.user_agent, c.referrer,
      c.device_type::text, c.address, c.started_at, c.expires_at
    from public.session_clients as c
  $$,
  $$
    values (
      null::uuid, 'test_123', sha256(convert_to(tests.secret(1), 'UTF8')), 'identifier',
      'Mozilla/5.0 (test)', 'https://example.com', 'desktop', '203.0.113.0/24', now(),
      now() + interval '7 days'
    )
  $$, 'what is kept'
);
select results_eq(
  $$
    select s.user_id, s.brand_id, s.state::text
    from public.conversation_sessions as s
    join public.session_clients as c on c.session_id = s.id
  $$, $$ values (null::uuid, null::uuid, 'initial') $$, 'of nobody'
);
select tests.act_as('service_role');
select is(
  (select expires_at from public.start_visitor_session('other', tests.secret(2))),
  now() + interval '90 days', 'it is kept for 90 days'
);

select * from finish();
rollback;
