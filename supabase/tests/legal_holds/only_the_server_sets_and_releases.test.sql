begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(13);

select tests.start(1, 'owner');
-- The rights are not granted; the functions ask by themselves all the same.
grant execute on function public.set_legal_hold(text, uuid, uuid, uuid) to authenticated;
grant execute on function public.release_legal_hold(uuid, text) to authenticated;
select tests.act_as('brand_owner');
select is(
  tests.error_of('select public.set_legal_hold(''r'', p_brand_id => tests.id_of(''brand''))'),
  'PT403 FORBIDDEN', 'a user sets none'
);
select is(
  tests.error_of('select public.release_legal_hold(tests.m(1), ''r'')'), 'PT403 FORBIDDEN',
  'nor releases one'
);
select tests.act_as('service_role');
select is(tests.error_of(format('select public.set_legal_hold(%s)', t.arguments)), t.error, t.arguments)
from (
  values
    ('''r''', 'PT400 INVALID_ARGUMENT'),
    ('''r'', tests.id_of(''owner''), tests.s(1)', 'PT400 INVALID_ARGUMENT'),
    ('null, tests.id_of(''owner'')', 'PT400 INVALID_ARGUMENT'),
    ('repeat(''x'', 1001), tests.id_of(''owner'')', 'PT400 INVALID_ARGUMENT'),
    ('''r'', tests.m(1)', 'PT404 USER_NOT_FOUND'),
    ('''r'', p_session_id => tests.m(1)', 'PT404 SESSION_NOT_FOUND'),
    ('''r'', p_brand_id => tests.m(1)', 'PT404 BRAND_NOT_FOUND')
) as t (arguments, error);
select is(
  tests.error_of('select public.release_legal_hold(tests.m(1), ''r'')'), 'PT404 HOLD_NOT_FOUND',
  'an unknown hold'
);
select is(
  tests.error_of('select public.release_legal_hold(tests.m(1), '''')'), 'PT400 INVALID_ARGUMENT',
  'for no reason'
);
select tests.act_as('postgres');
select public.set_legal_hold('court', tests.id_of('owner'));
select public.release_legal_hold(h.id, 'over') from public.legal_holds as h;
select results_eq(
  $$ select (public.release_legal_hold(h.id, 'again')).release_reason from public.legal_holds as h $$,
  array['over'], 'one that is over stays as it ended'
);
select results_eq(
  'select action::text, details ->> ''target'' from public.audit_log order by id',
  $$ values ('hold_placed', 'user'), ('hold_released', 'user') $$, 'the audit log tells of both'
);

select * from finish();
rollback;
