begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
\ir ../_fixtures/write_paths.psql
select plan(15);

-- What stays of every row: all columns of class number and key but what the wipe itself tells.
create function tests.numbers() returns setof text language plpgsql as $$
declare
  v_table record;
begin
  for v_table in
    select t.table_name, array_agg(c.column_name) as dropped
    from private.data_tables as t
    join private.data_columns as c using (table_name)
    where to_regclass(t.table_name) is not null and t.on_wipe = 'blank'
      and (
        c.class = 'content'
        or c.column_name in (
          'wiped_at', 'updated_at', 'content_mode', 'content_length', 'content_sha256', 'request_hash'
        )
      )
    group by t.table_name
  loop
    return query execute format(
      'select %1$L || (to_jsonb(t) - %2$L::text[])::text from %1$s as t', v_table.table_name, v_table.dropped
    );
  end loop;
end
$$;

select tests.start(1, 'owner', 'brand'), tests.start(2, 'owner', 'brand');
select tests.write_all('Zebrafink');
insert into public.conversation_messages (id, session_id, role, content) values (tests.m(50), tests.s(2),
  'user', 'Stieglitz');
insert into public.conversation_messages (id, session_id, role, content, provider, model_used, input_tokens,
  output_tokens, latency_ms)
values (tests.m(51), tests.s(1), 'assistant', 'Zebrafink', 'acme', 'm1', 10, 20, 30);
insert into public.attachments (session_id, name, size_bytes, mime_type, sha256)
values (tests.s(1), 'zebrafink.txt', 1, 'text/plain', repeat('a', 64));
update public.conversation_sessions set request_hash = sha256('title') where id = tests.s(1);
select public.index_messages();
-- The copies that write_all made are sessions of their own.
delete from public.conversation_sessions where id not in (tests.s(1), tests.s(2));
create table tests.before as select tests.numbers() as line;
create table tests.usage_before as select to_jsonb(u) as u from public.usage_daily as u;
create table tests.activity as select last_activity_at from public.conversation_sessions
  where id = tests.s(1);

select tests.act_as('other');
select is(
  tests.error_of(format('select public.wipe_session_content(%L)', tests.s(1))), 'PT404 SESSION_NOT_FOUND',
  'nobody else may'
);
select tests.act_as('owner');
select isnt((public.wipe_session_content(tests.s(1))).wiped_at, null, 'the session tells when');
select tests.act_as('postgres');
select is_empty($$ select tests.where_is('zebrafink') $$, 'no text is left anywhere');
select is_empty($$ select tests.where_is('0.7734375') $$, 'nor a vector');
select set_eq('select tests.where_is(''stieglitz'')', array[
  'public.conversation_messages.content', 'public.message_search.words'
], 'of another session all is');
select set_eq('select tests.numbers()', 'table tests.before', 'every number and id is as before');
select set_eq(
  'select to_jsonb(u) from public.usage_daily as u', 'table tests.usage_before',
  'the ledger is unchanged to the last digit'
);
select is(tests.ledger(), 'daily exact, totals exact', 'and equal to a recount');
select is(
  (select last_activity_at from public.conversation_sessions where id = tests.s(1)),
  (select last_activity_at from tests.activity), 'lists keep their order'
);
select results_eq(
  $$ select content_length, content_sha256, content_mode::text, request_hash
    from public.conversation_messages where id = tests.m(51) $$,
  $$ values (9, null::bytea, 'none', ''::bytea) $$, 'a length stays, no hash'
);
select is_empty(
  $$ select 1 from public.tool_executions where session_id = tests.s(1) and request_hash <> ''
     union all
     select 1 from public.conversation_sessions where id = tests.s(1) and request_hash is not null $$,
  'none of payloads and titles either'
);
select is((select count(*) from public.attachments), 0::bigint, 'files go');
select is((select count(*) from private.storage_deletions), 1::bigint, 'and their bytes are queued');
select tests.act_as('owner');
update public.conversation_messages set mood = 'Zebrafink' where id = tests.m(51);
select is(
  (select mood from public.conversation_messages where id = tests.m(51)), '',
  'what was wiped takes no text again'
);
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(60), tests.s(1), 'user', 'new');
select is(
  (select content from public.conversation_messages where id = tests.m(60)), 'new',
  'what is written later is kept'
);

select * from finish();
rollback;
