begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(23);

select tests.start(1, 'owner', 'brand'), tests.start(2, 'owner');
insert into public.conversation_messages (id, session_id, role, content)
select tests.m(i), tests.s(1), 'user', 'm' || i from generate_series(1, 3) as i;
insert into public.conversation_messages (id, session_id, role, content) values (tests.m(9), tests.s(2),
  'user', 'x');
create function tests.read(p_n integer default 1, p_reason text default 'an incident', p_more text default '')
returns text language sql as $$
  select tests.error_of(format(
    'select public.read_session_as_admin(%L, %L%s)', tests.s(p_n), p_reason, p_more
  ))
$$;

select tests.act_as('brand_owner');
select results_eq(
  'select content from public.read_session_as_admin(tests.s(1), ''an incident'')', array['m1', 'm2', 'm3'],
  'an owner reads a member''s session'
);
select results_eq(
  'select content from public.read_session_as_admin(tests.s(1), ''an incident'', 2)', array['m2', 'm3'],
  'the last ones'
);
select results_eq(
  'select content from public.read_session_as_admin(tests.s(1), ''an incident'', 2, 2)', array['m1'],
  'and those before'
);
select is(tests.read(2), 'PT404 SESSION_NOT_FOUND', 'not a personal one');
select is(tests.read(7), 'PT404 SESSION_NOT_FOUND', 'nor an unknown one');
select is(tests.read(p_reason => 'short'), 'PT400 INVALID_ARGUMENT', 'nor for no good reason');
select is(tests.read(p_reason => '           '), 'PT400 INVALID_ARGUMENT', 'nor for blanks');
select is(
  tests.read(p_reason => 'an incident' || repeat(' ', 990)), 'PT400 INVALID_ARGUMENT', 'nor for many blanks'
);
select is(tests.read(7, ' an incident' || repeat(' ', 988)), 'PT404 SESSION_NOT_FOUND', '1,000 are taken');
select is(tests.read(p_more => ', 201'), 'PT400 INVALID_ARGUMENT', 'nor too many at once');
select is((tests.act_as(a.name), tests.read())::text, '("","PT404 SESSION_NOT_FOUND")', a.name
  || ' reads nothing')
from unnest('{brand_admin,brand_analyst,brand_member,other,owner}'::text[]) as a (name);
select tests.act_as('postgres');
select is((select count(*) from public.audit_log where action = 'session_read'), 3::bigint,
  'each reading left a row');
select is_empty(
  $$ select 1 from public.audit_log as l
     join private.audit_reasons as r on r.audit_id = l.id
     join private.subject_keys as k on k.user_id = r.user_id
     where l.details ->> 'reason_hmac' is distinct from
       encode(private.hmac_sha256(k.key, convert_to(r.reason, 'UTF8')), 'hex') $$,
  'with the HMAC of its reason, the first one too'
);
-- As from the data API, which writes out what it was asked for; a value is a parameter there.
select tests.act_as('brand_owner');
select set_config('request.method', 'POST', true);
select is(
  tests.error_of(
    'select cast(content as int) from public.read_session_as_admin(tests.s(1), ''an incident'')'
  ),
  'PT400 INVALID_ARGUMENT', 'an error behind it would tell a text, and take the row back'
);
select is(tests.read(), 'ok', 'a reading as it is');
select set_config('request.method', '', true);
select tests.act_as('owner');
select public.delete_session(tests.s(1));
select tests.act_as('brand_owner');
select is(tests.read(), 'PT404 SESSION_NOT_FOUND', 'the trash is closed');
select is(
  (select count(*) from public.conversation_messages), 0::bigint, 'no other way gives an owner content'
);
select tests.act_as('service_role');
select is(
  (select count(*) from public.read_session_as_admin(tests.s(2), 'an incident')), 1::bigint,
  'the server reads any'
);
select tests.act_as('postgres');
select is((select actor from public.audit_log order by id desc limit 1), 'service_role',
  'and is named by its role');

select * from finish();
rollback;
