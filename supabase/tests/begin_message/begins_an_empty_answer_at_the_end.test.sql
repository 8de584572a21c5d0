begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
\ir ../_fixtures/streaming.psql
select plan(7);

select tests.start(1, 'owner', 'brand');
select tests.act_as('owner');
select tests.fill(1, 1);
create temporary table begun as
select b.*
from public.begin_message(
  tests.s(1), tests.m(2), 'active', 'acme', 'm', 'batch', 'markdown', '{"k": 1}'
) as b;
select results_eq(
  $$
    select tests.number_of(b.parent_message_id), b.sequence_order, b.role::text, b.content,
      b.status::text, b.provider, b.model_used, b.service_tier, b.content_type::text, b.metadata,
      b.tokens_used, b.cost_usd, b.cost_source::text, b.reported_by::text, b.next_seq, b.inserted
    from begun as b
  $$,
  $$
    values ('1', 2, 'assistant', '', 'streaming', 'acme', 'm', 'batch', 'markdown',
      '{"k": 1}'::jsonb, null::integer, null::numeric, 'unpriced', 'authenticated', 1, true)
  $$, 'as it was begun'
);
select is(
  (select b.brand_id = tests.id_of('brand') and b.user_id = tests.id_of('owner') from begun as b),
  true, 'it is the session''s'
);
select is(tests.tree_of(1), '1 2<1 | shown 2 | branches 0', 'at the end');
select is(tests.counters_of(1), 'messages 2, tokens 0, cost 0, last 2', 'counted');
select is(
  (select sum(u.requests) from public.usage_daily as u), 1::numeric, 'the request counts already'
);
select tests.act_as('service_role');
select is(
  (public.begin_message(tests.s(1), tests.m(3), 'root')).reported_by::text, 'service_role',
  'by the server'
);
select is(tests.ledger(), 'daily exact, totals exact', 'usage is exact');

select * from finish();
rollback;
