begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(1);
select tests.start(2);
select tests.start(3, 'other');
select tests.fill(1, 1);
create function tests.inserted(p_actor text, p_session uuid)
returns text
language sql
as $$
  select tests.act_as(p_actor);
  select tests.error_of(format(
    'insert into public.conversation_messages (id, session_id, role, content)
     values (%L, %L, %L, %L)', tests.m(1), p_session, 'user', 'm1'
  ))
$$;
select is(
  tests.inserted('owner', tests.s(2)), 'PT409 IDEMPOTENCY_MISMATCH', 'of the same user'
);
select is(
  tests.inserted('other', tests.s(3)), 'PT409 IDEMPOTENCY_MISMATCH', 'of another user'
);
select is(
  tests.inserted('service_role', tests.s(2)), 'PT409 IDEMPOTENCY_MISMATCH', 'by the server'
);
select is(tests.inserted('owner', tests.s(1)), 'ok', 'in its own session it is a repeat');

select * from finish();
rollback;
