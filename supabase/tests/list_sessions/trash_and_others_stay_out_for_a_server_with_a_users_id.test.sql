-- Row level security does not help there: the functions filter themselves.
begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(2);

select tests.start(1);
select tests.start(2);
select tests.start(3, 'other');
update public.conversation_sessions set deleted_at = now() where id = tests.s(1);
select tests.act_as('service_role');
select set_config(
  'request.jwt.claims', json_build_object('sub', tests.id_of('owner'))::text, true
);
select is((select array_agg(id) from public.list_sessions()), array[tests.s(2)], 'listed');
select is(public.count_sessions(), 1::bigint, 'and counted');

select * from finish();
rollback;
