begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
\ir ../_fixtures/doctor.psql

select tests.work();
select public.merge_usage();
update public.conversation_sessions set title = 'A title' where id = tests.s(1);
select public.index_messages();

create table tests.damages (damage text, said text);
insert into tests.damages (damage, said)
select
  format('update public.conversation_sessions set %s = %1$s + 1 where id = tests.s(1)', c.name),
  format('^session_counters: session \S+-000000000001: %s is \S+, a recount gives \S+\.', c.name)
from unnest('{message_count,branch_count,total_tokens,total_cost_usd}'::text[]) as c (name)
union all
values
  (
    'update public.conversation_sessions set last_sequence = 1 where id = tests.s(1)',
    '^session_places: session \S+-000000000001: last_sequence is 1, a message has 6\.'
  ),
  (
    'update public.conversation_sessions set active_message_id = tests.m(5) where id = tests.s(1)',
    '^session_places: session \S+-000000000001: active_message_id is not a message of it'
  ),
  (
    'update public.conversation_sessions set active_message_id = null where id = tests.s(1)',
    '^session_places: session \S+-000000000001: active_message_id is null'
  ),
  (
    'update public.message_search set brand_id = null where message_id = tests.m(1)',
    '^owner_copies: public.message_search of session \S+-000000000001 has another user or brand'
  ),
  (
    'update public.message_search set session_id = tests.s(9) where message_id = tests.m(1)',
    '^orphans: public.message_search has rows whose message_id \S+-000000000001 is not there'
  ),
  (
    'delete from public.message_search where message_id = tests.m(1)',
    '^search_index: message \S+-000000000001 of session \S+-000000000001 is not in public.message_search'
  ),
  (
    'delete from private.session_search',
    '^search_index: session \S+-000000000001 is not in private.session_search'
  ),
  -- As a restore leaves it that brought the words and not what they are marked with.
  (
    'update private.search_secrets set secret = gen_random_uuid()',
    '^search_index: the words of message \S+-000000000001 are under no mark of their user'
  ),
  ('delete from private.search_secrets', '^search_index: private.search_secrets has no row; the words of '),
  (
    'update private.usage_rollups set cost_usd = cost_usd + 0.000000000001 where scope = ''user'' '
      'and provider = ''acme''',
    '^usage_daily: usage_daily, scope user, \d{4}-\d\d-\d\d: cost_usd is off\.'
  ),
  (
    'update private.usage_rollups set latency_histogram[30] = 9 where scope = ''brand''',
    '^usage_totals: usage_totals, scope brand, \d{4}-\d\d-\d\d: latency_histogram is off\.'
  ),
  (
    'update private.usage_rollups set last_used_at = ''epoch'' where scope = ''user''',
    '^usage_daily: usage_daily, scope user, \d{4}-\d\d-\d\d: last_used_at is off\.'
  ),
  (
    'insert into private.removed_usage (sign, created_at, reported_by, is_error, cost_source, model_used) '
      'values (1, ''2020-02-02'', ''service_role'', false, ''unpriced'', ''secret'')',
    '^usage_daily: usage_daily, scope user, 2020-02-02: requests is off, unpriced_requests is off\.'
  );

select plan(4 + count(*)::integer) from tests.damages;
select matches(tests.said_of(d.damage, true), d.said, d.damage) from tests.damages as d;
select is(tests.failing(true), 'well', 'and all of it is taken back');
select is(
  tests.said_of('update public.conversation_sessions set message_count = 9 where id = tests.s(1)'), 'well',
  'without p_deep nothing is counted'
);

-- Worth knowing, and no failure.
select matches(
  (select c.detail from public.store_doctor(true) as c where c.check = 'unpriced_usage' and c.ok),
  '^\d+ calls of the last 30 days have no price\. '
  'Insert the prices, valid when the calls were, then reprice_messages\.$',
  'calls without a price are told of'
);
insert into public.budget_reservations (user_id, amount_usd, reserved_by, expires_at)
values (tests.id_of('owner'), 1, 'service_role', now() - interval '2 days');
select matches(
  (select c.detail from public.store_doctor(true) as c where c.check = 'budget_holds' and c.ok),
  '^1 holds expired more than a day ago', 'and so are holds that nobody ended'
);

select * from finish();
rollback;
