begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

select tests.start(1, 'other');
select tests.fill(1, 1);
select tests.act_as('owner');
select is(
  tests.error_of(format('select * from public.get_latest_message(%L)', tests.s(1))),
  'PT404 SESSION_NOT_FOUND', 'another user''s session'
);
select is(
  tests.error_of(format('select * from public.get_latest_message(%L)', tests.id_of('nothing'))),
  'PT404 SESSION_NOT_FOUND', 'an unknown id'
);
select tests.act_as('service_role');
select is(
  (select id from public.get_latest_message(tests.s(1))), tests.m(1), 'service_role reads any'
);

select * from finish();
rollback;
