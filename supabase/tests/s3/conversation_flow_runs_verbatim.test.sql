begin;
\ir ../_shared/setup.psql
select plan(10);

create temp table step (no integer, row_no integer, result jsonb);
grant all on table step to authenticated;

-- Runs a statement of the document with its placeholders replaced, and keeps its rows.
create function tests.step(p_no integer, p_sql text)
returns void
language plpgsql
as $$
declare
  v_sql text;
  v_row record;
  v_row_no integer := 0;
begin
  select
    replace(
      replace(replace(p_sql, 'YOUR_BRAND_ID', brand.id), 'SESSION_ID', session.id), 'BRAND_ID',
      brand.id
    )
  into v_sql
  from (select coalesce(max(result ->> 'id'), '') as id from step where no = 2) as brand
  cross join (select coalesce(max(result ->> 'id'), '') as id from step where no = 3) as session;
  for v_row in execute v_sql loop
    v_row_no := v_row_no + 1;
    insert into step values (p_no, v_row_no, to_jsonb(v_row));
  end loop;
end
$$;

select tests.act_as('brand_member');
select tests.step(1, $$
SELECT auth.uid() as my_user_id;
$$);
select tests.step(2, $$
SELECT id FROM brands LIMIT 1;
$$);
select tests.step(3, $$
INSERT INTO conversation_sessions (brand_id, user_id, state)
VALUES ('YOUR_BRAND_ID'::UUID, auth.uid(), 'initial')
RETURNING id, state, created_at;
$$);
select tests.step(4, $$
INSERT INTO conversation_messages (
    session_id, brand_id, user_id, role, content
) VALUES (
    'SESSION_ID'::UUID, 'BRAND_ID'::UUID, auth.uid(),
    'user', 'Make a TikTok video'
)
RETURNING id, content, created_at;
$$);
select tests.step(5, $$
INSERT INTO conversation_messages (
    session_id, brand_id, user_id, role, content,
    provider, model_used, tokens_used, cost_usd, latency_ms
) VALUES (
    'SESSION_ID'::UUID, 'BRAND_ID'::UUID, auth.uid(),
    'assistant', 'Great! Let me ask some questions...',
    'openai', 'gpt-4o', 150, 0.0008, 850
)
RETURNING id, provider, cost_usd;
$$);
select tests.step(6, $$
SELECT * FROM get_conversation_history('SESSION_ID'::UUID, 10);
$$);
select tests.step(7, $$
SELECT get_session_cost('SESSION_ID'::UUID);
$$);
select tests.step(8, $$
SELECT complete_conversation_session('SESSION_ID'::UUID);
$$);
select tests.step(9, $$
SELECT state, completed_at FROM conversation_sessions
WHERE id = 'SESSION_ID'::UUID;
$$);

select is(
  (select result ->> 'my_user_id' from step where no = 1), tests.id_of('brand_member')::text,
  '1: my user id'
);
select is(
  (select result ->> 'id' from step where no = 2), tests.id_of('brand')::text,
  '2: the one brand I see'
);
select is((select result ->> 'state' from step where no = 3), 'initial', '3: a session in initial');
select is(
  (select result ->> 'content' from step where no = 4), 'Make a TikTok video', '4: the user message'
);
select is(
  (select result - 'id' from step where no = 5),
  '{"provider": "openai", "cost_usd": 0.0008}'::jsonb, '5: the assistant message with its cost'
);
select is(
  (
    select array_agg(
      concat_ws(' ', result ->> 'sequence_order', result ->> 'role', result ->> 'content')
      order by row_no
    )
    from step where no = 6
  ),
  array['1 user Make a TikTok video', '2 assistant Great! Let me ask some questions...'],
  '6: two messages in order'
);
select is(
  (select (result ->> 'get_session_cost')::numeric from step where no = 7), 0.0008, '7: the cost'
);
select is(
  (select result #>> '{complete_conversation_session,state}' from step where no = 8), 'delivered',
  '8: the session is delivered'
);
select is((select result ->> 'state' from step where no = 9), 'delivered', '9: and stays so');
select is(
  (select (result ->> 'completed_at')::timestamptz from step where no = 9), now(),
  '9: completed now'
);

select * from finish();
rollback;
