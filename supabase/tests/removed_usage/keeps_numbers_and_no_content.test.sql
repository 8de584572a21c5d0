begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(1, 'owner', 'brand');
select tests.act_as('owner');
insert into public.conversation_messages (
  id, session_id, role, content, provider, model_used, input_tokens, output_tokens,
  cached_input_tokens, cache_write_tokens, cache_write_1h_tokens, reasoning_tokens, service_tier,
  cost_usd, latency_ms, error_message, mood, metadata
)
values (
  tests.m(1), tests.s(1), 'assistant', 'a secret', 'acme', 'm', 1, 2, 3, 4, 5, 6, 'batch', 0.1, 7, 'a secret',
  'a secret', '{"a": "a secret"}'
);
select tests.act_as('postgres');
create temporary table fixture as
select m.created_at from public.conversation_messages as m where m.id = tests.m(1);
select tests.act_as('owner');
delete from public.conversation_messages where id = tests.m(1);
select tests.act_as('postgres');
select is(
  (
    select row(
      r.sign, r.created_at, r.brand_id, r.user_id, r.provider, r.model_used, r.service_tier, r.reported_by,
      r.role, r.is_error, r.cost_source, r.tokens_used, r.input_tokens, r.output_tokens,
      r.cached_input_tokens, r.cache_write_tokens, r.cache_write_1h_tokens, r.reasoning_tokens,
      r.cost_usd, r.latency_ms
    )::text
    from private.removed_usage as r
    where r.user_id = tests.id_of('owner')
  ),
  (
    select row(
      1, f.created_at, tests.id_of('brand'), tests.id_of('owner'), 'acme', 'm', 'batch', 'authenticated',
      'assistant', true, 'reported', 3, 1, 2, 3, 4, 5, 6, 0.1, 7
    )::text
    from fixture as f
  ), 'the numbers of the message'
);
select is(
  (select count(*) from private.removed_usage as r where r::text like '%secret%'), 0::bigint,
  'nothing that was said'
);
select columns_are(
  'private', 'removed_usage',
  array[
    'sign', 'created_at', 'brand_id', 'user_id', 'provider', 'model_used', 'service_tier',
    'reported_by', 'role', 'is_error', 'cost_source', 'tokens_used', 'input_tokens', 'output_tokens', 'cached_input_tokens',
    'cache_write_tokens', 'cache_write_1h_tokens', 'reasoning_tokens', 'cost_usd', 'latency_ms', 'id'
  ], 'there is no room for it, nor for the ids of message and session'
);
select tests.act_as('service_role');
select is(
  tests.error_of('select count(*) from private.removed_usage'), '42501', 'and no API role reads it'
);

select * from finish();
rollback;
