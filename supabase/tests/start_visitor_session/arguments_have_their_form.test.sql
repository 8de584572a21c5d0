begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(22);

select tests.act_as('service_role');
select is(
  tests.error_of(
    format(
      'select public.start_visitor_session(%L, %L, p_retention_days => %L)', a.token, a.secret, a.days
    )
  ), a.expected, a.name
)
from (
  values
    ('no token', null, tests.secret(1), 90, 'PT400 INVALID_ARGUMENT'),
    ('an empty token', '', tests.secret(1), 90, 'PT400 INVALID_ARGUMENT'),
    ('a token of 255 characters', repeat('é', 255), tests.secret(1), 90, 'ok'),
    ('a token of 256 characters', repeat('t', 256), tests.secret(1), 90, 'PT400 INVALID_ARGUMENT'),
    ('no secret', 'a', null, 90, 'PT400 INVALID_ARGUMENT'),
    ('a secret of 42 characters', 'a', repeat('x', 42), 90, 'PT400 INVALID_ARGUMENT'),
    ('a secret of 43 characters', 'b', repeat('x', 43), 90, 'ok'),
    ('a secret of 255 characters', 'c', repeat('-', 255), 90, 'ok'),
    ('a secret of 256 characters', 'a', repeat('x', 256), 90, 'PT400 INVALID_ARGUMENT'),
    ('a secret that is no base64url', 'a', repeat('=', 43), 90, 'PT400 INVALID_ARGUMENT'),
    ('a secret of two lines', 'a', repeat('x', 43) || chr(10), 90, 'PT400 INVALID_ARGUMENT'),
    ('no days', 'a', tests.secret(1), null, 'PT400 INVALID_ARGUMENT'),
    ('0 days', 'a', tests.secret(1), 0, 'PT400 INVALID_ARGUMENT'),
    ('1 day', 'd', tests.secret(1), 1, 'ok'),
    ('36500 days', 'e', tests.secret(1), 36500, 'ok'),
    ('36501 days', 'a', tests.secret(1), 36501, 'PT400 INVALID_ARGUMENT')
) as a (name, token, secret, days, expected);
select is(
  tests.error_of(
    format(
      'select public.start_visitor_session(%L, %L, %s => %L)', a.token, tests.secret(1), a.argument,
      a.value
    )
  ), a.expected, a.argument || ' of ' || octet_length(a.value)
)
from (
  values
    ('f', 'p_user_identifier', repeat('x', 64), 'ok'),
    ('a', 'p_user_identifier', repeat('x', 65), 'PT400 INVALID_ARGUMENT'),
    ('g', 'p_address', repeat('x', 64), 'ok'),
    ('a', 'p_address', repeat('x', 65), 'PT400 INVALID_ARGUMENT')
) as a (token, argument, value, expected);
select public.start_visitor_session(
  'h', tests.secret(1), p_user_agent => repeat('é', 2000), p_referrer => repeat('é', 3000)
);
select results_eq(
  $$
    select char_length(user_agent), char_length(referrer)
    from public.session_clients where session_token = 'h'
  $$, 'values (1024, 2048)', 'long texts are cut'
);
select is(
  tests.error_of(
    $$ select public.start_visitor_session('a', tests.secret(1), p_device_type => 'watch') $$
  ),
  '22P02', 'a device is one of three'
);

select * from finish();
rollback;
