begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(1);
select tests.start(2, 'other');
insert into public.conversation_messages (
  id, session_id, role, content, tokens_used, cost_usd
)
values
  (tests.m(1), tests.s(1), 'user', 'a', null, null),
  (tests.m(2), tests.s(1), 'assistant', 'b', 10, 0.1),
  (tests.m(3), tests.s(1), 'system', 'c', null, null),
  (tests.m(4), tests.s(1), 'assistant', 'd', 5, 0.2),
  (tests.m(5), tests.s(2), 'user', 'e', 7, 0.7);
update public.conversation_messages
set created_at = case id
    when tests.m(4) then '2026-03-02 00:00:00+00'::timestamptz
    else '2026-03-01 23:59:59.999999+00'
  end
where session_id in (tests.s(1), tests.s(2));
select tests.act_as('owner');
set local timezone = 'Asia/Tokyo';
select results_eq(
  'select * from public.daily_message_volume order by day',
  format(
    $$
      values
        (date '2026-03-01', %1$L::uuid, 3::bigint, 1::bigint, 1::bigint, 10::bigint, 0.1::numeric),
        ('2026-03-02', %1$L, 1, 0, 1, 5, 0.2)
    $$, tests.id_of('owner')
  ), 'one''s own messages, at the midnight of UTC'
);
select tests.act_as('other');
select is(
  (select array_agg(total_tokens) from public.daily_message_volume), array[7]::bigint[],
  'another user sees another day'
);
select tests.act_as('service_role');
select is(
  (
    select sum(message_count) from public.daily_message_volume
    where user_id in (tests.id_of('owner'), tests.id_of('other'))
  ), 5::numeric, 'service_role sees everybody''s'
);
select tests.act_as('brand_owner');
select is_empty('select * from public.daily_message_volume', 'who wrote nothing has no day');

select * from finish();
rollback;
