begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
\ir ../_fixtures/visitors.psql
select plan(25);

-- Session n without activity for so many days, with a message, a tool run and a file.
create function tests.old(
  p_n integer, p_days integer, p_actor text default 'owner', p_brand text default null
)
returns void language plpgsql as $$
begin
  perform tests.start(p_n, p_actor, p_brand);
  insert into public.conversation_messages (id, session_id, role, content, provider, model_used, cost_usd)
  values (tests.m(p_n), tests.s(p_n), 'user', 'm' || p_n, 'acme', 'm1', 0.5);
  insert into public.tool_executions (id, session_id, tool_name, input, created_at)
  values (tests.m(p_n), tests.s(p_n), 't', '{"a": 1}', now() - p_days * interval '1 day');
  insert into public.attachments (id, session_id, name, size_bytes, mime_type, sha256, created_at)
  values (
    tests.m(p_n), tests.s(p_n), 'f', 1, 'text/plain', repeat(p_n::text, 64),
    now() - p_days * interval '1 day'
  );
  update public.conversation_sessions set last_activity_at = now() - p_days * interval '1 day'
  where id = tests.s(p_n);
end
$$;
-- 1 and 2 are old, 3 is not, 4 is pinned, 5 is held, 6 is of a brand that keeps longer, 7 of one that
-- keeps all.
select tests.old(1, 40), tests.old(2, 40, 'other'), tests.old(3, 20), tests.old(4, 40), tests.old(5, 40),
  tests.old(6, 40, 'owner', 'brand'), tests.old(7, 40, 'other', 'other_brand');
update public.conversation_sessions set pinned_at = now() where id = tests.s(4);
select public.set_legal_hold('court', p_session_id => tests.s(5));

create function tests.run(p_dry boolean default false) returns text language sql as $$
  select coalesce(string_agg(
    concat_ws(' ', r.data_class, r.action, r.items, case when r.is_complete then 'complete' else 'on' end),
      ', '
    order by r.id
  ), 'none')
  from public.run_retention(60, p_dry) as r
$$;
create function tests.texts() returns text language sql as $$
  select string_agg(m.content, ' ' order by m.id) from public.conversation_messages as m where m.content <> ''
$$;
create function tests.payloads() returns text language sql as $$
  select string_agg(tests.number_of(t.id), ' ' order by t.id) from public.tool_executions as t
    where t.input <> '{}'
$$;
create function tests.files() returns text language sql as $$
  select string_agg(tests.number_of(a.id), ' ' order by a.id) from public.attachments as a
$$;

select is(tests.run(), 'none', 'without a policy nothing is done');
select is(
  (
    select string_agg(
      private.apply_retention(
        jsonb_populate_record(
          null::public.retention_policies,
          jsonb_build_object('data_class', c.data_class, 'action', c.action, 'keep_pinned', true)
        ), now(), array[c.id]
      )::text, ' '
    )
    from (values
      ('content', 'wipe', tests.s(4)), ('content', 'delete', tests.s(4)),
      ('tool_payloads', 'wipe', tests.m(4)), ('attachments', 'delete', tests.m(4))
    ) as c (data_class, action, id)
  ),
  '0 0 0 0', 'what was pinned after a run read it stays'
);
select tests.act_as('service_role');
insert into public.retention_policies (brand_id, data_class, keep_days, action, is_enabled)
values
  (null, 'content', 30, 'wipe', true), (tests.id_of('brand'), 'content', 60, 'wipe', true),
  (tests.id_of('other_brand'), 'content', 1, 'wipe', false);
select tests.act_as('postgres');
select is(tests.run(true), 'content wipe 0 complete, content wipe 2 complete', 'a dry run counts');
select is(tests.texts(), 'm1 m2 m3 m4 m5 m6 m7', 'and changes nothing');
select is(tests.run(), 'content wipe 0 complete, content wipe 2 complete', 'the run does as many');
select is(tests.texts(), 'm3 m4 m5 m6 m7', 'old ones are wiped; pinned, held and other brands'' are not');
select is(tests.payloads() || ' | ' || tests.files(), '3 4 5 6 7 | 3 4 5 6 7', 'with payloads and files');
select is(tests.run(), 'content wipe 0 complete, content wipe 0 complete', 'once');
select is(tests.ledger(false), 'daily exact, totals exact', 'the ledger is unchanged');
-- Life after a wipe.
insert into public.conversation_messages (id, session_id, role, content) values (tests.m(11), tests.s(1),
  'user', 'm11');
select is(tests.run(), 'content wipe 0 complete, content wipe 0 complete', 'what comes later is new');
update public.conversation_sessions set last_activity_at = now() - interval '31 days',
  wiped_at = now() - interval '35 days' where id = tests.s(1);
select is(tests.run(), 'content wipe 0 complete, content wipe 1 complete', 'until it is old too');

update public.retention_policies set is_enabled = brand_id is null, keep_pinned = false, action = 'delete';
select is(tests.run(true) || ' / ' || tests.run(), 'content delete 3 complete / content delete 3 complete',
  'deleting takes pinned ones where told, and those that were wiped');
select is(tests.texts(), 'm3 m5 m6 m7', 'all else stays');
select is(tests.ledger(false), 'daily exact, totals exact', 'deleting does not un-spend');

delete from public.retention_policies;
insert into public.retention_policies (data_class, keep_days, action)
values ('tool_payloads', 30, 'wipe'), ('attachments', 30, 'delete');
select is(
  tests.run(true) || ' / ' || tests.run(),
  'tool_payloads wipe 2 complete, attachments delete 2 complete / '
  'tool_payloads wipe 2 complete, attachments delete 2 complete', 'payloads and files by their own age'
);
select is(tests.payloads() || ' | ' || tests.files(), '3 5 | 3 5', 'the held ones stay');
select is(tests.run(), 'tool_payloads wipe 0 complete, attachments delete 0 complete', 'once');

delete from public.retention_policies;
insert into public.retention_policies (data_class, keep_days, action) values ('trash', 7, 'delete'),
  ('visitor_sessions', 2, 'delete');
select tests.act_as('owner');
select public.pin_session(tests.s(3), true);
select public.delete_session(tests.s(3));
select tests.act_as('postgres');
select tests.visit(8), tests.visit(9);
update public.conversation_sessions set last_activity_at = now() - interval '3 days' where id = tests.s(8);
select is(tests.run(), 'visitor_sessions delete 1 complete, trash delete 0 complete',
  'visitors'' chats without activity');
update public.conversation_sessions set deleted_at = now() - interval '8 days' where id = tests.s(3);
select is(tests.run(), 'visitor_sessions delete 0 complete, trash delete 1 complete',
  'and what was in the trash for long');

delete from public.retention_policies;
insert into public.retention_policies (data_class, keep_days, action) values ('logs', 30, 'delete'),
  ('metrics', 60, 'delete');
insert into public.agent_logs (session_id, log_type, created_at)
select tests.s(d.n), 'trace', now() - d.days * interval '1 day'
from (values (5, 40), (6, 40), (6, 40), (6, 5)) as d (n, days);
insert into public.performance_metrics (name, type, value, created_at)
select 'm', 'gauge', 1, now() - d.days * interval '1 day' from unnest('{70,40}'::integer[]) as d (days);
select is(tests.run(true) || ' / ' || tests.run(),
  'logs delete 2 complete, metrics delete 1 complete / logs delete 2 complete, metrics delete 1 complete',
    'logs and metrics by their own rules');
select is(
  (select count(*) from public.agent_logs) || ' ' || (select count(*) from public.performance_metrics), '2 1',
  'the held log stays'
);
select is(
  (select count(*) from public.retention_runs where not is_dry_run and items > 0),
  (select count(*) from public.audit_log where action = 'retention_run') + 2,
    'each run is recorded, and those that did something in the audit log'
);

select tests.act_as('brand_admin');
select is((select count(*) from public.retention_policies), 0::bigint, 'other policies are not for admins');
grant usage on schema tests to authenticated;
select tests.act_as('postgres');
grant execute on function public.run_retention(numeric, boolean) to authenticated;
select tests.act_as('owner');
select is(tests.error_of('select public.run_retention()'), 'PT403 FORBIDDEN', 'a user runs none');
select tests.act_as('service_role');
select is(
  tests.error_of('select public.run_retention(0)') || ' '
    || tests.error_of('select public.run_retention(p_dry_run => null)'),
  'PT400 INVALID_ARGUMENT PT400 INVALID_ARGUMENT', 'arguments are looked at'
);

select * from finish();
rollback;
