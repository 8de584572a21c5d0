begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
\ir ../_fixtures/visitors.psql
\ir ../_fixtures/write_paths.psql
\ir ../_fixtures/person.psql
select plan(33);

-- A session with branches, tools, a stream and costs, one in the trash, and one of everything else.
select tests.price('m1');
select tests.start(1, 'owner', 'brand'), tests.start(2, 'owner'), tests.start(3, 'owner');
select tests.act_as('owner');
select public.log_turn(
  tests.s(1), tests.m(1), 'question', 'answer', 'acme', 'm1', p_input_tokens => 1000, p_output_tokens => 50,
  p_latency_ms => 900,
    p_tool_executions => '[{"tool_name": "t", "input": {"a": 1}, "tokens_used": 5, "status": "completed"}]'
);
-- One that went on after it was first sent.
insert into public.tool_executions (id, session_id, tool_name, input)
values (tests.m(1), tests.s(1), 't', '{"a": 1}');
update public.tool_executions set status = 'completed', output = '{"b": 2}' where id = tests.m(1);
select public.edit_message(tests.m(1), 'better', tests.m(2));
select public.log_turn(tests.s(1), tests.m(3), 'more', 'yes', p_cost_usd => 0.00000000000000000001);
select public.begin_message(tests.s(2), tests.m(4));
select public.append_message_delta(tests.m(4), 1, 'half');
select public.complete_conversation_session(tests.s(1));
select public.log_turn(tests.s(3), tests.m(5), 'hidden', 'yes');
select public.delete_session(tests.s(3));
select tests.act_as('postgres');
select private.interrupt_stream(tests.m(4), 'infinity');
select tests.make_person('owner', 'Zebrafink', 0.7734375);
select public.record_usage(tests.m(6), tests.id_of('owner'), p_provider => 'acme', p_cost_usd => 3);
-- Two that nothing tells apart.
select public.record_usage(i, tests.id_of('owner'), p_provider => 'acme', p_cost_usd => 2, p_used_at => '2026-01-01')
from unnest(array[tests.m(7), tests.m(8)]) as i;
select public.record_usage(tests.m(9), tests.id_of('owner'), p_provider => 'acme', p_cost_usd => 4);

create function tests.read(p_user text) returns setof text language sql security definer as $$
  select 'session ' || (to_jsonb(s) - array['user_id', 'brand_id', 'request_hash', 'updated_at',
    'prior_message_id'])::text
  from public.conversation_sessions as s where s.user_id = tests.id_of(p_user)
  union all
  select 'message ' || (to_jsonb(m) - array['user_id', 'brand_id', 'request_hash'])::text
  from public.conversation_messages as m where m.user_id = tests.id_of(p_user)
  union all
  select 'history ' || s.id || string_agg(h.id::text, ' ' order by h.ordinality)
  from public.conversation_sessions as s
  cross join lateral public.get_conversation_history(s.id) with ordinality as h
  where s.user_id = tests.id_of(p_user)
  group by s.id
  union all
  select 'cost ' || s.id || public.get_session_cost(s.id)
  from public.conversation_sessions as s where s.user_id = tests.id_of(p_user)
  union all
  select 'tool ' || (to_jsonb(t) - array['user_id', 'request_hash'])::text
  from public.tool_executions as t where t.user_id = tests.id_of(p_user)
  union all
  select 'event ' || (to_jsonb(e) - array['user_id', 'id', 'actor'])::text
  from public.session_events as e where e.user_id = tests.id_of(p_user)
  union all
  select 'feedback ' || (to_jsonb(f) - array['user_id'])::text
  from public.message_feedback as f where f.user_id = tests.id_of(p_user)
  union all
  select 'outcome ' || (to_jsonb(o) - array['user_id'])::text
  from public.session_outcomes as o where o.user_id = tests.id_of(p_user)
  union all
  select 'log ' || (to_jsonb(l) - array['user_id'])::text
  from public.agent_logs as l where l.user_id = tests.id_of(p_user)
$$;
create function tests.usage(p_user text) returns setof text language sql security definer as $$
  select u::text
  from (
    select
      u.day, u.provider, u.model, u.reported_by, sum(u.requests), sum(u.errors), sum(u.user_messages),
      sum(u.assistant_messages), sum(u.input_tokens), sum(u.output_tokens), sum(u.total_tokens),
      sum(u.cost_usd), sum(u.price_book_cost_usd), sum(u.latency_ms_sum), sum(u.latency_count)
    from public.usage_daily as u where u.user_id = tests.id_of(p_user)
    group by u.day, u.provider, u.model, u.reported_by
  ) as u
$$;
create table tests.before as select tests.read('owner') as line;
create table tests.usage_before as select tests.usage('owner') as line;

-- Page by page, as a client does.
create table tests.export (place integer generated always as identity, line text, next_cursor text);
create function tests.export_all(p_limit integer) returns void language plpgsql as $$
declare
  v_cursor text;
  v_rows integer;
begin
  delete from tests.export;
  loop
    insert into tests.export (line, next_cursor)
    select e.line, e.next_cursor from public.export_user_data(p_cursor => v_cursor, p_limit => p_limit) as e;
    get diagnostics v_rows = row_count;
    exit when v_rows = 0;
    select e.next_cursor into v_cursor from tests.export as e order by e.place desc limit 1;
  end loop;
end
$$;
grant all on tests.export to authenticated;
select tests.act_as('owner');
select tests.export_all(1000);
create temp table whole as select place, line from tests.export;
select tests.export_all(3);
select results_eq(
  'select line from tests.export order by place', 'select line from whole order by place',
  'small pages give the same as large ones'
);
select is_empty(
  $$ select line from tests.export where line ~ 'request_hash|secret_hash' or line ~ 'Stieglitz' $$,
    'without secrets'
);
select tests.act_as('postgres');
select set_eq(
  $$ select distinct line::jsonb ->> 'table' from tests.export $$,
  $$ select table_name from private.data_tables where export_order is not null $$,
    'of every table that is exported'
);
select is(
  (select count(*) from public.audit_log where action = 'data_exported'), 2::bigint,
    'each export is recorded once'
);
select tests.act_as('other');
select count(*) from public.export_user_data(p_cursor => encode('[0, []]', 'base64'));
select tests.act_as('postgres');
select is(
  (
    select count(*) from public.audit_log
    where action = 'data_exported' and subject = private.pseudonym(tests.id_of('other'))
  ), 1::bigint, 'one that begins with a cursor, too'
);
select tests.act_as('service_role');
select count(*) from public.export_user_data(tests.id_of('other'), p_cursor => encode('[0, []]', 'base64'));
select tests.act_as('postgres');
select is(
  (
    select string_agg(a.actor, ' ') filter (where a.actor !~ '^[0-9a-f]{64}$') from public.audit_log as a
    where a.action = 'data_exported' and a.subject = private.pseudonym(tests.id_of('other'))
  ), 'service_role', 'and one of a server, on the day on which the user had theirs'
);
select is(
  tests.error_of($$ select public.export_user_data(
    tests.id_of('other'), p_cursor => encode(convert_to(repeat('[', 100000), 'UTF8'), 'base64')
  ) $$), 'PT400 INVALID_ARGUMENT', 'a cursor that is nested without end'
);
select is(
  (select count(*) from tests.export where line like '%0.00000000000000000001%'), 2::bigint, 'with all digits'
);

-- The same account: everything is there already.
select is(
  public.import_user_data(tests.id_of('owner'), array(select line from tests.export order by place)),
  (
    select jsonb_object_agg(t.table_name, 0)
    from (select distinct line::jsonb ->> 'table' as table_name from tests.export) as t
    join private.data_tables as d using (table_name)
    where d.is_imported
  ), 'into the same account nothing comes'
);
select set_eq($$ select tests.usage('owner') $$, 'table tests.usage_before', 'nor does it count again');
select public.import_user_data(tests.id_of('other'), array(select line from tests.export order by place));
select is_empty($$ select tests.usage('other') $$, 'nor into another while the first is there');

-- What was deleted by mistake.
select tests.act_as('owner');
delete from public.conversation_sessions where id = tests.s(1);
select tests.act_as('postgres');
select public.import_user_data(tests.id_of('owner'), array(select line from tests.export order by place));
select set_eq($$ select tests.read('owner') $$, 'table tests.before', 'what was deleted comes back');
select set_eq($$ select tests.usage('owner') $$, 'table tests.usage_before', 'and was spent once');
select is(tests.ledger(false), 'daily exact, totals exact', 'to the last digit');

-- Another project: the person is gone here, and comes back as somebody else.
select public.erase_user_data(tests.id_of('owner'));
select is((select count(*) from public.conversation_messages), 0::bigint, 'here nothing is left');
create function pg_temp.import_all(p_size integer) returns void language plpgsql as $$
begin
  perform public.import_user_data(tests.id_of('other'), g.lines)
  from (
    select array_agg(e.line order by e.place) as lines
    from tests.export as e
    group by (e.place - (select min(place) from tests.export)) / p_size
    order by min(e.place)
  ) as g;
end
$$;
select pg_temp.import_all(4);
select set_eq(
  $$ select tests.read('other') $$, 'table tests.before',
  'history, branches, tools, costs, moves, feedback, outcomes and logs are the same'
);
select set_eq($$ select tests.usage('other') $$, 'table tests.usage_before', 'and so is what was used');
select is(tests.ledger(false), 'daily exact, totals exact', 'the ledger is exact');
select pg_temp.import_all(1000);
select set_eq($$ select tests.read('other') $$, 'table tests.before', 'a second time changes nothing');
select set_eq($$ select tests.usage('other') $$, 'table tests.usage_before', 'nor counts twice');

-- A later export of what was taken in before.
select tests.start(9, 'brand_admin');
select tests.act_as('brand_admin');
select public.log_turn(tests.s(9), tests.m(91), 'first', 'answer');
create temp table early as select e.line from public.export_user_data() as e;
select public.log_turn(tests.s(9), tests.m(92), 'second', 'answer');
select public.edit_message(tests.m(92), 'other second', tests.m(93));
create temp table late as
select e.line, row_number() over () as place from public.export_user_data() as e;
select tests.act_as('postgres');
select public.erase_user_data(tests.id_of('brand_admin'));
select public.import_user_data(tests.id_of('other'), array(select line from early));
select public.import_user_data(tests.id_of('other'), array(select line from late order by place));
select results_eq(
  $$ select last_sequence, message_count, branch_count from public.conversation_sessions
     where id = tests.s(9) $$,
  'values (5, 5, 1)', 'a later export brings what came later'
);
select is(
  tests.error_of(
    $$ select public.append_messages(tests.s(9), '[{"role": "user", "content": "third"}]') $$
  ), 'ok', 'and the session goes on'
);
select public.import_user_data(
  tests.id_of('other'),
  array[
    '{"table": "private.removed_usage", "row": {"id": "00000000-0000-4000-8000-00000000beef", "sign": 1, "created_at": "2026-01-01T00:00:00Z", "role":
      "assistant", "brand_id": "00000000-0000-4000-8000-00000000dead", "is_error": false, "cost_usd": 1,
      "provider": "p", "model_used": "m", "cost_source": "reported", "reported_by": "service_role"}}'
  ]
);
select results_eq(
  $$ select brand_id, cost_usd from public.usage_daily
     where provider = 'p' and user_id = tests.id_of('other') $$,
  'values (null::uuid, 1::numeric)', 'numbers of brands that are none here are of none'
);

-- A message that was streaming when it was exported.
select tests.act_as('postgres');
select public.import_user_data(tests.id_of('other'), array[
  (
    select jsonb_build_object('table', 'public.conversation_messages', 'row',
      to_jsonb(m) || jsonb_build_object(
      'id', tests.m(70), 'status', 'streaming', 'sequence_order', 70, 'parent_message_id', m.id
    ))::text
    from public.conversation_messages as m
    where m.session_id = tests.s(9) and m.user_id = tests.id_of('other') and m.role = 'assistant'
    limit 1
  )
]);
select is(
  (select status::text from public.conversation_messages where id = tests.m(70)), 'interrupted',
  'an answer that was under way is interrupted'
);

-- One that was empty when its line was written, and had messages a page later.
delete from public.conversation_sessions where id = tests.s(9);
select public.import_user_data(
  tests.id_of('other'),
  array(select (l.line::jsonb #- '{row,active_message_id}')::text from late as l order by l.place)
);
select is(
  (select s.active_message_id from public.conversation_sessions as s where s.id = tests.s(9)), tests.m(93),
  'a session shows the last of its messages where its line names none'
);

-- A message that was deleted, into a session that was wiped since.
delete from public.conversation_messages where id = tests.m(91);
select public.wipe_session_content(tests.s(9));
select public.import_user_data(tests.id_of('other'), array(select line from late order by place));
select is(
  (
    select s.last_activity_at > s.wiped_at
    from public.conversation_sessions as s
    join public.conversation_messages as m on m.session_id = s.id and m.content = 'first'
    where s.id = tests.s(9)
  ), true, 'what comes into a wiped session is found by the next wipe'
);

-- Not into what is another user's.
select public.import_user_data(
  tests.id_of('brand_member'), array(select line from tests.export order by place)
);
select is(
  (select count(*) from public.conversation_messages where user_id = tests.id_of('brand_member')), 0::bigint,
  'ids that are taken by another user stay theirs'
);
select is(
  tests.error_of('select public.import_user_data(tests.m(1), array[''{}''])'), 'PT404 USER_NOT_FOUND',
    'for a user that exists'
);
select is(
  tests.error_of('select public.import_user_data(tests.id_of(''other''), array[''{''])'),
    'PT400 INVALID_ARGUMENT', 'lines of JSON'
);
-- Its parent stands on a page that did not come.
delete from public.conversation_sessions where id = tests.s(9);
select is(
  tests.error_of(
    $$ select public.import_user_data(
      tests.id_of('other'),
      array(select l.line from late as l where l.line not like '%"content": "first"%' order by l.place)
    ) $$
  ), 'PT400 INVALID_ARGUMENT', 'and all lines before them'
);
select is(
  tests.error_of('select public.export_user_data(tests.id_of(''other''), p_cursor => ''x'')'),
    'PT400 INVALID_ARGUMENT',
  'a cursor that it gave'
);

select is(
  tests.error_of(format(
    'select public.export_user_data(tests.id_of(''other''), p_cursor => %L)', encode('[0]', 'base64')
  )), 'PT400 INVALID_ARGUMENT', 'not one that begins anew'
);

-- Long rows.
select tests.start(20, 'brand_owner');
insert into public.conversation_messages (session_id, role, content)
select tests.s(20), 'user', repeat('x', 1000000) from generate_series(1, 6);
select tests.act_as('brand_owner');
select is(
  (select count(*) from public.export_user_data(p_limit => 1000) where line like '%xxx%'), 5::bigint,
  'a page ends after 4 MiB'
);

select * from finish();
rollback;
