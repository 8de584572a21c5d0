begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(13);

select tests.visit(1), tests.start(2), tests.start(3, 'other');
create function pg_temp.twice(p_sql text)
returns text
language sql
as $$ select tests.error_of(p_sql) || ', ' || tests.error_of(p_sql) $$;
select tests.act_as('service_role');
select is(pg_temp.twice(c.sql), 'ok, PT429 RATE_LIMITED', c.name)
from (
  values
    (
      'start_visitor_session',
      $$ select public.start_visitor_session(
           'new', tests.secret(1), p_rate_key => 'start', p_rate_limit => 1
         ) $$
    ),
    (
      'get_chat_history',
      $$ select public.get_chat_history(tests.s(1), p_rate_key => 'history', p_rate_limit => 1) $$
    ),
    (
      'get_chat_stats',
      $$ select public.get_chat_stats(tests.s(1), p_rate_key => 'stats', p_rate_limit => 1) $$
    ),
    (
      'record_feedback',
      $$ select public.record_feedback(
           tests.s(1), p_user_satisfaction => 1, p_rate_key => 'feedback', p_rate_limit => 1
         ) $$
    ),
    (
      'record_outcome',
      $$ select public.record_outcome(
           tests.s(1), p_conversion_occurred => true, p_rate_key => 'outcome', p_rate_limit => 1
         ) $$
    ),
    (
      'log_chat_turns',
      $$ select public.log_chat_turns(
           jsonb_build_array(tests.turn(1, 1)), p_rate_key => 'log', p_rate_limit => 1
         ) $$
    ),
    (
      'end_visitor_session',
      $$ select public.end_visitor_session(tests.s(1), p_rate_key => 'end', p_rate_limit => 1) $$
    )
) as c (name, sql);
select is(
  tests.error_of('select public.get_chat_stats(tests.s(1), p_rate_limit => 1)'),
  'PT400 INVALID_ARGUMENT', 'a server names the key'
);
select is(
  tests.error_of($$ select public.get_chat_stats(tests.s(1), p_rate_key => 'k', p_rate_limit => 0) $$),
  'PT400 INVALID_ARGUMENT', 'a limit is at least 1'
);
select tests.error_of(
  $$ select public.get_chat_stats(tests.s(9), p_rate_key => 'failed', p_rate_limit => 1) $$
);
select is(
  tests.error_of($$ select public.get_chat_stats(tests.s(1), p_rate_key => 'failed', p_rate_limit => 1) $$),
  'ok', 'a call that fails does not count'
);
select tests.act_as('owner');
select is(
  tests.error_of($$ select public.get_chat_stats(tests.s(2), p_rate_key => 'one', p_rate_limit => 1) $$)
  || ', '
  || tests.error_of($$ select public.get_chat_stats(tests.s(2), p_rate_key => 'two', p_rate_limit => 1) $$),
  'ok, PT429 RATE_LIMITED', 'users are counted by who they are'
);
select is(
  tests.error_of(
    $$ select public.claim_visitor_session(tests.s(1), null, tests.secret(1), p_rate_limit => 1) $$
  ), 'PT429 RATE_LIMITED', 'for claims too'
);
select tests.act_as('other');
select is(
  tests.error_of('select public.get_chat_stats(tests.s(3), p_rate_limit => 1)'), 'ok', 'each by himself'
);

select * from finish();
rollback;
