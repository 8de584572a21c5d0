begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(2);

select tests.start(1);
select tests.act_as('owner');
select is(
  tests.error_of(format('select public.set_session_state(%L, null)', tests.s(1))),
  'PT400 INVALID_ARGUMENT', 'null is no state'
);
select is(
  tests.error_of(format('select public.set_session_state(%L, %L)', tests.s(1), 'done')), '22P02',
  'nor is a word that the type does not have'
);

select * from finish();
rollback;
