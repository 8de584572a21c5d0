begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

select tests.start(1);
select tests.fill(1, 1);
create function tests.tried(p_actor text, p_column text, p_value text)
returns text
language sql
as $$
  select tests.act_as(p_actor);
  select tests.error_of(format(
    'insert into public.conversation_messages (session_id, role, content, %I)
     values (%L, %L, %L, %L)', p_column, tests.s(1), 'user', 'a', p_value
  )) || ' ' || tests.error_of(format(
    'update public.conversation_messages set %I = %L', p_column, p_value
  ))
$$;
create temp table kept (name, value) as
values
  ('sequence_order', '7'), ('created_at', 'now'), ('edited_at', 'now'), ('imported_at', 'now'), ('status', 'failed'),
  ('cost_source', 'reported'), ('reported_by', 'service_role'),
  ('price_id', '60000000-0000-4000-8000-000000000001'), ('request_hash', '\x00');
grant select on table kept to authenticated, service_role;
select is(
  (select array_agg(name) from kept where tests.tried('owner', name, value) <> '42501 42501'), null,
  'neither to users'
);
select is(
  (
    select array_agg(name) from kept
    where tests.tried('service_role', name, value) <> '42501 42501'
  ), null, 'nor to the server'
);
select tests.act_as('owner');
select is(
  (
    select string_agg(
      tests.error_of(format('update public.conversation_messages set %I = null', c)), ' '
    )
    from unnest(array['content', 'role', 'cost_usd', 'tokens_used', 'session_id', 'user_id',
      'brand_id', 'parent_message_id']) as c
  ), '42501 42501 42501 42501 42501 42501 42501 42501', 'users overwrite no content, cost or place'
);

select * from finish();
rollback;
