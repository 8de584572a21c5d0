begin;
\ir ../_shared/setup.psql
select plan(2);

select tests.act_as('owner');
select public.create_conversation_session(p_title => 'secret', p_idempotency_key => 'k');
select tests.act_as('postgres');
update public.conversation_sessions set deleted_at = now();
select tests.act_as('owner');
select is(
  tests.error_of(
    $$ select public.create_conversation_session(p_title => 'secret', p_idempotency_key => 'k') $$
  ), 'PT409 SESSION_CLOSED', 'the same call'
);
select is(
  tests.error_of($$ select public.create_conversation_session(p_idempotency_key => 'k') $$),
  'PT409 IDEMPOTENCY_MISMATCH', 'another body'
);

select * from finish();
rollback;
