begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(10);

select is_empty(
  $$
    select p.provider, p.model
    from public.model_prices as p
    where p.input_includes_cache is distinct from (p.provider <> 'anthropic')
      or p.output_includes_reasoning is distinct from (p.provider <> 'google')
  $$, 'Anthropic counts caches beside the input, Google counts reasoning beside the output'
);
select is_empty(
  $$
    select b.provider, b.model, b.min_input_tokens
    from public.model_prices as b
    join public.model_prices as s
      on s.provider = b.provider and s.model = b.model and s.min_input_tokens = b.min_input_tokens
      and s.service_tier = 'standard' and s.validity && b.validity
    where b.service_tier = 'batch'
      and (2 * b.input_usd_per_mtok, 2 * b.output_usd_per_mtok)
        <> (s.input_usd_per_mtok, s.output_usd_per_mtok)
  $$, 'a batch costs half'
);
select is_empty(
  $$
    select p.provider, p.model, p.service_tier
    from public.model_prices as p
    where p.provider = 'anthropic' and (
      p.cached_input_usd_per_mtok is null or p.cache_write_usd_per_mtok is null
      or p.cache_write_1h_usd_per_mtok is null
      or not (
        p.cached_input_usd_per_mtok < p.input_usd_per_mtok
        and p.input_usd_per_mtok < p.cache_write_usd_per_mtok
        and p.cache_write_usd_per_mtok < p.cache_write_1h_usd_per_mtok
      )
    )
  $$, 'Anthropic: a read costs less than the input, a write more, for an hour most'
);
select is_empty(
  $$
    select l.provider, l.model, l.service_tier
    from public.model_prices as l
    where l.min_input_tokens > 0 and not exists (
      select 1
      from public.model_prices as s
      where s.provider = l.provider and s.model = l.model and s.service_tier = l.service_tier
        and s.min_input_tokens = 0 and s.validity @> l.validity
        and s.input_usd_per_mtok < l.input_usd_per_mtok
    )
  $$, 'a long prompt costs more than a short one'
);
-- Without a row of its own, a long prompt is billed as a short one.
select is_empty(
  $$
    select l.provider, l.model, t.service_tier
    from public.model_prices as l
    join public.model_prices as t
      on t.provider = l.provider and t.model = l.model and t.service_tier = 'batch'
      and t.min_input_tokens = 0 and t.validity && l.validity
    where l.service_tier = 'standard' and l.min_input_tokens > 0 and not exists (
      select 1
      from public.model_prices as b
      where b.provider = l.provider and b.model = l.model and b.service_tier = 'batch'
        and b.min_input_tokens = l.min_input_tokens and b.validity @> t.validity
    )
  $$, 'in a batch, too'
);
select is(
  tests.bill('gpt-4o-2024-08-06', '{"provider": "openai", "at": "2026-01-01 00:00+00",
    "input_tokens": 1000, "cached_input_tokens": 400, "output_tokens": 100}'),
  '0.003', 'gpt-4o: 600 at 2.50, 400 at 1.25, 100 at 10'
);
select is(
  tests.bill('gpt-4o-2024-05-13', '{"provider": "openai", "at": "2026-01-01 00:00+00",
    "input_tokens": 1000, "output_tokens": 100}'),
  '0.0065', 'its first version has prices of its own: 1000 at 5, 100 at 15'
);
select is(
  tests.bill('claude-sonnet-4-5-20250929', '{"provider": "anthropic", "at": "2026-01-01 00:00+00",
    "input_tokens": 10, "cached_input_tokens": 20000, "cache_write_tokens": 1000,
    "cache_write_1h_tokens": 100, "output_tokens": 50}'),
  '0.01113', 'claude-sonnet-4-5: 10 at 3, 20000 at 0.30, 1000 at 3.75, 100 at 6, 50 at 15'
);
select is(
  tests.bill('gemini-2.5-pro', '{"provider": "google", "at": "2026-01-01 00:00+00",
    "input_tokens": 200001, "output_tokens": 10, "reasoning_tokens": 990}'),
  '0.5150025', 'gemini-2.5-pro: 200001 at 2.50, 1000 at 15'
);
select is(
  tests.bill('mistral-small-latest', '{"provider": "mistral", "at": "2026-04-01 00:00+00",
    "input_tokens": 1000, "output_tokens": 1000}'),
  '0.00075', 'mistral-small: 1000 at 0.15, 1000 at 0.60'
);

select * from finish();
rollback;
