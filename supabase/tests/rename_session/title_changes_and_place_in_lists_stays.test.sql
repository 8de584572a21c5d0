begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(5);

select tests.start(1);
update public.conversation_sessions
set last_activity_at = '2026-01-01 00:00:00+00', updated_at = '2026-01-01 00:00:00+00'
where id = tests.s(1);
select tests.act_as('owner');
create temp table renamed as select * from public.rename_session(tests.s(1), 'New');
select is((select title from renamed), 'New', 'the title');
select is(
  (select last_activity_at from renamed), '2026-01-01 00:00:00+00'::timestamptz,
  'last_activity_at stays'
);
select is((select updated_at from renamed), now(), 'updated_at moves');
select is(
  (select title from public.get_session(tests.s(1))), 'New', 'the row is stored'
);
select is((select title from public.rename_session(tests.s(1), null)), null, 'a title may go');

select * from finish();
rollback;
