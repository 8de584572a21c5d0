begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(8);

select tests.visit(1), tests.start(2);
select tests.act_as('service_role');
select is(
  (
    select user_satisfaction
    from public.record_feedback(
      p_session_token => 'chat-1', p_session_secret => tests.secret(1), p_user_satisfaction => 2
    )
  ), 2::smallint, 'by the secret'
);
select is(
  (select user_satisfaction from public.record_feedback(tests.s(1), p_user_satisfaction => 5)),
  5::smallint, 'the last one counts'
);
select is(
  tests.error_of(
    $$
      select public.record_feedback(
        tests.s(1), p_session_secret => tests.secret(2), p_user_satisfaction => 5
      )
    $$
  ),
  'PT404 SESSION_NOT_FOUND', 'not by another secret'
);
select is(
  tests.error_of(format('select public.record_feedback(tests.s(1), p_user_satisfaction => %L)', n)),
  'PT400 INVALID_ARGUMENT', format('%s of 5', n)
)
from unnest(array[null, 0, 6]) as n;
select tests.act_as('owner');
select is(
  (select user_id from public.record_feedback(tests.s(2), p_user_satisfaction => 5)),
  tests.id_of('owner'), 'a user''s own'
);
select is(
  tests.error_of('select public.record_feedback(tests.s(1), p_user_satisfaction => 5)'),
  'PT404 SESSION_NOT_FOUND', 'nobody else''s'
);

select * from finish();
rollback;
