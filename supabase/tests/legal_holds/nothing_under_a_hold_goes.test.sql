begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(35);

-- Session 1 is held in three ways, one after another; 2 is another one of its user.
select tests.start(1, 'owner', 'brand'), tests.start(2, 'owner');
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(1), tests.s(1), 'user', 'a'), (tests.m(2), tests.s(2), 'user', 'b');
insert into public.tool_executions (id, session_id, tool_name) values (tests.m(1), tests.s(1), 't');
insert into public.message_feedback (message_id, rating) values (tests.m(1), 'up');
insert into public.attachments (id, session_id, name, size_bytes, mime_type, sha256)
values (tests.m(1), tests.s(1), 'n', 1, 'text/plain', repeat('a', 64));

create table tests.deletes (actor text, statement text);
insert into tests.deletes
values
  ('owner', 'delete from public.conversation_sessions where id = tests.s(1)'),
  ('owner', 'delete from public.conversation_messages where id = tests.m(1)'),
  ('owner', 'delete from public.tool_executions where id = tests.m(1)'),
  ('owner', 'delete from public.message_feedback where message_id = tests.m(1)'),
  ('owner', 'delete from public.attachments where id = tests.m(1)'),
  ('owner', 'select public.wipe_session_content(tests.s(1))'),
  ('service_role', 'delete from public.conversation_sessions where id = tests.s(1)'),
  ('postgres', 'delete from auth.users where id = tests.id_of(''owner'')');
create function tests.error_as(p_actor text, p_statement text) returns text language plpgsql as $$
declare
  v_error text;
begin
  perform tests.act_as(p_actor);
  v_error := tests.error_of(p_statement);
  perform tests.act_as('postgres');
  return v_error;
end
$$;

create function tests.hold(p_target text) returns uuid language sql as $$
  select h.id
  from public.set_legal_hold(
    'court', case p_target when 'user' then tests.id_of('owner') end,
    case p_target when 'session' then tests.s(1) end,
    case p_target when 'brand' then tests.id_of('brand') end
  ) as h
$$;
select tests.hold('user');
select is(tests.error_as(d.actor, d.statement), 'PT409 LEGAL_HOLD', 'user held: ' || d.statement)
from tests.deletes as d;
select is(
  tests.error_as('owner', 'delete from public.conversation_messages where id = tests.m(2)'),
  'PT409 LEGAL_HOLD', 'all of the user is'
);
select public.release_legal_hold(h.id, 'over') from public.legal_holds as h;
select tests.hold('brand');
select is(tests.error_as(d.actor, d.statement), 'PT409 LEGAL_HOLD', 'brand held: ' || d.statement)
from tests.deletes as d;
select public.release_legal_hold(h.id, 'over') from public.legal_holds as h;
select tests.hold('session');
select is(tests.error_as(d.actor, d.statement), 'PT409 LEGAL_HOLD', 'session held: ' || d.statement)
from tests.deletes as d;
select is(
  tests.error_as('owner', 'delete from public.conversation_messages where id = tests.m(2)'), 'ok',
  'another session is not'
);
select is(tests.hold('session'), tests.hold('session'), 'one target has one hold');
select tests.act_as('owner');
update public.conversation_sessions set title = 'on' where id = tests.s(1);
select is(tests.error_of(format('select public.delete_session(%L)', tests.s(1))), 'ok',
  'it may be written to, and hidden by its user'
);
select tests.act_as('postgres');

-- Brands of an app's own may have no foreign key that keeps one with sessions.
insert into public.brands (id, slug, name) values (tests.m(90), 'held', 'Held');
select public.set_legal_hold('court', p_brand_id => tests.m(90));
select is(tests.error_as('service_role', 'delete from public.brands where id = tests.m(90)'),
  'PT409 LEGAL_HOLD', 'a held brand does not take its hold with it');
select public.release_legal_hold(h.id, 'over') from public.legal_holds as h where h.brand_id = tests.m(90);
select is(tests.error_as('service_role', 'delete from public.brands where id = tests.m(90)'), 'ok',
  'once it is over, the brand goes');

-- What goes by itself passes it by.
select tests.visit(5, interval '-1 day'), tests.visit(6, interval '-1 day');
select public.set_legal_hold('court', p_session_id => tests.s(5));
select is(public.cleanup_visitor_sessions(), 1, 'expired chats of visitors go around it');
select is(
  (select array_agg(id) from public.conversation_sessions where user_id is null), array[tests.s(5)],
  'the held one stays'
);
insert into public.agent_logs (session_id, log_type, created_at)
select s.id, 'trace', now() - interval '40 days'
from unnest(array[tests.s(1), tests.s(2)]) as s (id);
select public.cleanup_old_logs(1);
select is(
  (select array_agg(session_id) from public.agent_logs), array[tests.s(1)], 'logs go around it too'
);

select public.release_legal_hold(h.id, 'over') from public.legal_holds as h;
select is(tests.error_as('postgres', 'delete from auth.users where id = tests.id_of(''owner'')'), 'ok',
  'once it is over, all goes');
select is_empty(
  $$ select 1 from public.legal_holds where session_id = tests.s(1) or user_id = tests.id_of('owner') $$,
  'and the holds with it'
);

select * from finish();
rollback;
