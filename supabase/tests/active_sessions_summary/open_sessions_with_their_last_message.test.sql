begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(7);

select tests.start(1, 'owner', 'brand');
select tests.start(2);
select tests.start(3);
select tests.start(4);
select tests.start(5);
select tests.start(6);
update public.conversation_sessions set title = 't', agent_type = 'g' where id = tests.s(1);
select tests.act_as('owner');
insert into public.conversation_messages (id, session_id, role, content, tokens_used, cost_usd)
values
  (tests.m(1), tests.s(1), 'user', 'first', null, null),
  (tests.m(2), tests.s(1), 'assistant', 'second', 5, 0.25);
select public.complete_conversation_session(tests.s(3));
select public.cancel_conversation_session(tests.s(4));
select tests.act_as('postgres');
update public.conversation_sessions set archived_at = now() where id = tests.s(5);
update public.conversation_sessions set deleted_at = now() where id = tests.s(6);
create function pg_temp.summary()
returns setof text
language sql
as $$
  select concat_ws(
    '|', right(a.session_id::text, 1), a.user_id = tests.id_of('owner'),
    a.brand_id = tests.id_of('brand'), a.title, a.agent_type, a.state, a.message_count,
    a.total_tokens, trim_scale(a.total_cost_usd), a.last_message_role, a.last_message
  )
  from public.active_sessions_summary as a
  order by a.session_id
$$;
select tests.act_as('owner');
select results_eq(
  'select * from pg_temp.summary()',
  $$ values ('1|t|t|t|g|initial|2|5|0.25|assistant|second'), ('2|t|initial|0|0|0') $$,
  'neither finished nor archived nor in the trash'
);
select is(
  (
    select count(*)
    from public.active_sessions_summary as a
    join public.conversation_sessions as s
      on s.id = a.session_id and s.created_at = a.created_at
      and s.last_activity_at = a.last_activity_at
  ), 2::bigint, 'with their times'
);
select tests.append(1, jsonb_build_array(
  tests.msg(3, jsonb_build_object('parent', tests.m(1), 'content', 'instead', 'role', 'assistant'))
));
select is(
  (select a.last_message from public.active_sessions_summary as a where a.session_id = tests.s(1)),
  'instead', 'the last message of the branch that is shown'
);
delete from public.conversation_messages where session_id = tests.s(1);
select is(
  (
    select concat_ws('|', a.message_count, a.last_message) from public.active_sessions_summary as a
    where a.session_id = tests.s(1)
  ), '0', 'none when all are deleted'
);
select tests.act_as('other');
select is_empty('select * from pg_temp.summary()', 'others see nothing of it');
select tests.act_as('brand_owner');
select is_empty('select * from pg_temp.summary()', 'nor does the owner of the brand');
select tests.act_as('service_role');
select is(
  (
    select string_agg(right(a.session_id::text, 1), ' ' order by a.session_id)
    from public.active_sessions_summary as a where a.user_id = tests.id_of('owner')
  ), '1 2', 'service_role sees everybody''s open ones'
);

select * from finish();
rollback;
