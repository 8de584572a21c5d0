begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(11);

-- Chats 1 and 6 have a log about somebody who is held and not their user; 2 and 7 have none.
select tests.start(1), tests.start(2), tests.visit(6, interval '-1 day'), tests.visit(7, interval '-1 day');
insert into public.agent_logs (session_id, user_id, log_type, details)
select tests.s(n), tests.id_of('other'), 'trace', '{"said": "by support"}' from unnest(array[1, 6]) as n;
select public.set_legal_hold('court', p_user_id => tests.id_of('other'));

select tests.act_as('owner');
select is(
  tests.error_of('select public.wipe_session_content(tests.s(1))'), 'PT409 LEGAL_HOLD', 'it is not wiped'
);
select tests.act_as('postgres');
select is(public.cleanup_visitor_sessions(), 1, 'what expires goes around it');
update public.conversation_sessions set deleted_at = now() - interval '9 days' where user_id is not null;
insert into public.retention_policies (data_class, keep_days, action) values ('trash', 7, 'delete');
select is((select sum(r.items) from public.run_retention() as r), 1::numeric, 'and so does retention');
select set_eq(
  'select s.id from public.conversation_sessions as s', array[tests.s(1), tests.s(6)], 'it stays'
);
select is(
  public.erase_user_data(tests.id_of('owner')) ->> 'details', 'LEGAL_HOLD', 'an erasure is answered'
);
select is(
  (select a.action::text from public.audit_log as a order by a.id desc limit 1), 'erasure_refused',
  'and recorded'
);

-- Of its logs only those.
insert into public.agent_logs (session_id, user_id, log_type, created_at)
select tests.s(1), u.id, 'trace', now() - interval '40 days'
from unnest(array[tests.id_of('owner'), tests.id_of('other')]) as u (id);
select public.cleanup_old_logs(30);
select set_eq(
  $$ select distinct l.user_id from public.agent_logs as l where l.session_id = tests.s(1) $$,
  array[tests.id_of('other')], 'logs about its own user go'
);

-- The other way round: whoever is held keeps the logs of their own sessions, whomever they are about.
select tests.start(3, 'other');
insert into public.agent_logs (session_id, user_id, log_type, created_at)
select tests.s(3), u.id, 'error', now() - interval '40 days'
from unnest(array[tests.id_of('brand_member'), null]) as u (id);
select public.cleanup_old_logs(30);
select is(
  (select count(*) from public.agent_logs as l where l.session_id = tests.s(3)), 2::bigint,
  'logs of a held user''s session stay, also those that name nobody'
);
select is(
  public.erase_user_data(tests.id_of('brand_member')) ->> 'details', 'LEGAL_HOLD',
  'whom they are about is not erased'
);
select is(
  (select count(*) from public.audit_log as a where a.action = 'erasure_refused'), 2::bigint,
  'which is recorded, too'
);
select is(
  tests.error_of($$ delete from auth.users as u where u.id = tests.id_of('brand_member') $$),
  'PT409 LEGAL_HOLD', 'nor deleted'
);

select * from finish();
rollback;
