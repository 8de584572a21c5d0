begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(5);

select tests.start(1);
select tests.start(2);
create function tests.wrong()
returns bigint
language sql
security definer
as $$
  select count(*)
  from public.conversation_sessions as s
  left join lateral (
    select
      count(*) as messages, coalesce(sum(m.tokens_used), 0) as tokens,
      coalesce(sum(m.cost_usd), 0) as cost, coalesce(max(m.sequence_order), 0) as last
    from public.conversation_messages as m where m.session_id = s.id
  ) as r on true
  where s.id in (tests.s(1), tests.s(2))
    and (
      (s.message_count, s.total_tokens, s.total_cost_usd)
        is distinct from (r.messages::integer, r.tokens::bigint, r.cost)
      or s.last_sequence < r.last
    )
$$;
select tests.act_as('owner');
insert into public.conversation_messages (id, session_id, role, content, tokens_used, cost_usd)
select tests.m(i), tests.s(1 + i % 2), 'assistant', 'a', i, i * 0.001
from generate_series(1, 200) as i;
select is(tests.wrong(), 0::bigint, 'after 200 inserts into two sessions');
select tests.append(
  1,
  (select jsonb_agg(tests.msg(i, '{"tokens_used": 1, "cost_usd": 0.1}'))
  from generate_series(201, 260) as i)
);
select is(tests.wrong(), 0::bigint, 'after an append');
select tests.act_as('service_role');
update public.conversation_messages set cost_usd = cost_usd * 2, tokens_used = null
where session_id in (tests.s(1), tests.s(2)) and sequence_order % 3 = 0;
select is(tests.wrong(), 0::bigint, 'after corrections');
select tests.act_as('owner');
delete from public.conversation_messages where sequence_order % 5 = 0;
select is(tests.wrong(), 0::bigint, 'after deletes');
select is(
  (select sum(message_count) from public.conversation_sessions), 208::bigint, '208 are left'
);

select * from finish();
rollback;
