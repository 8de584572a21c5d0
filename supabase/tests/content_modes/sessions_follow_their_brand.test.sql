begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(12);

create function tests.modes() returns text language sql as $$
  select string_agg(right(s.id::text, 1) || ':' || s.content_mode, ' ' order by s.id)
  from public.conversation_sessions as s
$$;
select tests.start(1, 'owner', 'brand'), tests.start(2, 'owner'), tests.start(3, 'owner', 'brand');
update public.conversation_sessions set content_mode = 'none' where id = tests.s(3);
update public.conversation_sessions set title = 'before', metadata = '{"a": 1}' where id = tests.s(1);
select tests.act_as('brand_member');
update public.brands set content_mode = 'redacted' where id = tests.id_of('brand');
select tests.act_as('postgres');
select is(tests.modes(), '1:full 2:full 3:none', 'a member changes nothing');
select tests.act_as('brand_admin');
update public.brands set content_mode = 'redacted' where id = tests.id_of('brand');
select tests.act_as('postgres');
select is(tests.modes(), '1:redacted 2:full 3:none', 'its sessions become as strict, or stay stricter');
select is(
  (select title from public.conversation_sessions where id = tests.s(1)), 'before',
  'what they hold stays'
);
update public.conversation_sessions set title = 'my joe@x.org' where id = tests.s(1);
select results_eq(
  $$ select title, metadata from public.conversation_sessions where id = tests.s(1) $$,
  $$ values ('my [email]', '{"a": 1}'::jsonb) $$, 'until it is written again'
);
update public.conversation_sessions set content_mode = 'none' where id = tests.s(3);
select tests.start(8, 'owner');
insert into public.tool_executions (id, session_id, tool_name, input)
values (tests.m(8), tests.s(8), 't', '{"in": 1}');
update public.conversation_sessions set title = 'kept' where id = tests.s(8);
update public.conversation_sessions set content_mode = 'none' where id = tests.s(8);
update public.conversation_sessions set context = '{"b": 1}' where id = tests.s(8);
update public.tool_executions set output = '{"out": 1}', status = 'running' where id = tests.m(8);
select results_eq(
  $$ select s.title, s.context, t.input, t.output from public.conversation_sessions as s
     join public.tool_executions as t on t.session_id = s.id where s.id = tests.s(8) $$,
  $$ values ('kept', '{}'::jsonb, '{"in": 1}'::jsonb, '{}'::jsonb) $$,
  'one column at a time, in what hangs on it too'
);
delete from public.conversation_sessions where id = tests.s(8);
select tests.start(4, 'owner', 'brand');
select is(tests.modes(), '1:redacted 2:full 3:none 4:redacted', 'a new one begins so');
select tests.act_as('service_role');
update public.conversation_sessions set content_mode = 'full' where id in (tests.s(1), tests.s(3));
select tests.act_as('postgres');
select is(tests.modes(), '1:redacted 2:full 3:redacted 4:redacted', 'none gets below its brand');
select tests.act_as('brand_owner');
select is(
  tests.error_of(format(
    'update public.brands set content_mode = ''full'' where id = %L', tests.id_of('brand')
  )), 'PT403 FORBIDDEN', 'its owner does not make it keep more again'
);
select tests.act_as('service_role');
update public.brands set content_mode = 'full' where id = tests.id_of('brand');
select tests.act_as('postgres');
select is(tests.modes(), '1:redacted 2:full 3:redacted 4:redacted', 'a brand that keeps more lowers none');
update public.conversation_sessions set brand_id = null where id = tests.s(1);
update public.conversation_sessions set content_mode = 'full' where id = tests.s(1);
update public.brands set content_mode = 'none' where id = tests.id_of('brand');
update public.conversation_sessions set brand_id = tests.id_of('brand') where id = tests.s(1);
select is(tests.modes(), '1:none 2:full 3:none 4:none', 'one that is moved into a brand takes its mode');
select tests.act_as('owner');
select is(
  tests.error_of(format(
    'update public.conversation_sessions set content_mode = ''full'' where id = %L', tests.s(2)
  )), '42501', 'users do not choose'
);
select is(
  tests.error_of(
    $$ insert into public.conversation_sessions (user_id, content_mode)
       values (tests.id_of('owner'), 'none') $$
  ), '42501', 'nor begin so'
);

select * from finish();
rollback;
