-- 0040_model_prices: the price book, and what a call costs by it.
-- Makes: public.model_prices, private.price_call; role analyst.
-- Needs: 0010. Locks: none. Breaking: no.

-- Overlapping validity is refused by an exclusion constraint, which needs equality in a gist index.
create extension if not exists btree_gist with schema extensions;

-- For BI logins that inherit it. A role belongs to the server, so it may be there already.
do $$
begin
  if not exists (select 1 from pg_catalog.pg_roles as r where r.rolname = 'analyst') then
    create role analyst nologin;
  end if;
end
$$;
grant usage on schema public, private to analyst;

create table public.model_prices (
  id                           uuid         not null default gen_random_uuid()
    constraint model_prices_pkey primary key,
  provider                     text         not null
    constraint model_prices_provider_format
      check (provider = lower(provider) and length(provider) between 1 and 200),
  model                        text         not null
    constraint model_prices_model_length check (length(model) between 1 and 200),
  service_tier                 text         not null default 'standard'
    -- The names that price_call takes for standard and priority: a price under one would never be found.
    constraint model_prices_service_tier_format check (
      service_tier ~ '^[a-z0-9_-]{1,60}$'
      and service_tier not in ('default', 'auto', 'on_demand', 'fast')
    ),
  min_input_tokens             integer      not null default 0
    constraint model_prices_min_input_tokens_range check (min_input_tokens >= 0),
  validity                     tstzrange    not null default tstzrange(now(), null)
    -- A range without a lower bound does not include it either.
    constraint model_prices_validity_shape check (lower_inc(validity) and not upper_inc(validity)),
  input_usd_per_mtok           numeric      not null,
  output_usd_per_mtok          numeric      not null,
  cached_input_usd_per_mtok    numeric,
  cache_write_usd_per_mtok     numeric,
  cache_write_1h_usd_per_mtok  numeric,
  input_includes_cache         boolean      not null default true,
  output_includes_reasoning    boolean      not null default true,
  source                       text         not null
    constraint model_prices_source_length check (length(source) between 1 and 2000),
  source_date                  date         not null,
  created_at                   timestamptz  not null default now(),
  -- NaN and Infinity are numerics too; both fail the upper bound.
  constraint model_prices_range check (
    input_usd_per_mtok >= 0 and input_usd_per_mtok < 10000
    and output_usd_per_mtok >= 0 and output_usd_per_mtok < 10000
    and cached_input_usd_per_mtok >= 0 and cached_input_usd_per_mtok < 10000
    and cache_write_usd_per_mtok >= 0 and cache_write_usd_per_mtok < 10000
    and cache_write_1h_usd_per_mtok >= 0 and cache_write_1h_usd_per_mtok < 10000
  ),
  -- A cost keeps at most 20 decimals, of which a millionth takes six.
  constraint model_prices_scale check (
    scale(input_usd_per_mtok) <= 12 and scale(output_usd_per_mtok) <= 12
    and scale(cached_input_usd_per_mtok) <= 12 and scale(cache_write_usd_per_mtok) <= 12
    and scale(cache_write_1h_usd_per_mtok) <= 12
  ),
  constraint model_prices_provider_model_excl exclude using gist (
    provider with =, model with =, service_tier with =, min_input_tokens with =, validity with &&
  )
);
comment on table public.model_prices is
  E'What a call of a model costs, and from when to when.\n\n'
  'A new price: end the validity of the old row and insert a new one; what was written before keeps '
  'its price. A wrong price: delete the row, insert the right one, and call reprice_messages; the '
  'figures of a row never change. '
  'Who: service_role writes, analyst reads.';
comment on column public.model_prices.id is 'Price id, kept by each message priced with it.';
comment on column public.model_prices.provider is
  'Who runs the model, in lower case; messages are matched in lower case too.';
comment on column public.model_prices.model is
  'Model id as the provider reports it. A message whose model ends in a date or in -latest and has '
  'no row of its own at that time, for any tier, takes the row of the name without it.';
comment on column public.model_prices.service_tier is
  'standard (also for messages without a tier, or with default, auto or on_demand), batch, flex, priority '
  '(also for fast) or another name of the provider''s.';
comment on column public.model_prices.min_input_tokens is
  'Long context: the price holds from this many prompt tokens on, those of caches included; the '
  'highest that fits counts, for the whole call.';
comment on column public.model_prices.validity is
  'From (inclusive) to (exclusive); compared with the message''s created_at.';
comment on column public.model_prices.input_usd_per_mtok is 'US dollars for a million prompt tokens.';
comment on column public.model_prices.output_usd_per_mtok is
  'US dollars for a million completion tokens.';
comment on column public.model_prices.cached_input_usd_per_mtok is
  'US dollars for a million prompt tokens read from a cache; null: the input price.';
comment on column public.model_prices.cache_write_usd_per_mtok is
  'US dollars for a million prompt tokens written to a cache; null: the input price.';
comment on column public.model_prices.cache_write_1h_usd_per_mtok is
  'The same for a cache of an hour; null: the price of the shorter one.';
comment on column public.model_prices.input_includes_cache is
  'Whether the provider counts cached and cache-written tokens in the input tokens, as OpenAI does '
  'and Anthropic does not.';
comment on column public.model_prices.output_includes_reasoning is
  'Whether it counts reasoning tokens in the output tokens; Google does not.';
comment on column public.model_prices.source is 'Where the price stands.';
comment on column public.model_prices.source_date is 'The day it was read there.';
comment on column public.model_prices.created_at is 'When the row was made.';

-- The price of a call: once for every message that names a model and no cost.
create index model_prices_provider_model_idx
  on public.model_prices (provider, model, service_tier, min_input_tokens desc);

alter table public.model_prices enable row level security;
revoke all on table public.model_prices from public, anon, authenticated, service_role;
create policy model_prices_select_analyst on public.model_prices for select to analyst
  using (true);
comment on policy model_prices_select_analyst on public.model_prices is 'Analysts read all prices.';
grant select on table public.model_prices to analyst, service_role;
grant delete on table public.model_prices to service_role;
grant insert (
  id, provider, model, service_tier, min_input_tokens, validity, input_usd_per_mtok,
  output_usd_per_mtok, cached_input_usd_per_mtok, cache_write_usd_per_mtok,
  cache_write_1h_usd_per_mtok, input_includes_cache, output_includes_reasoning, source, source_date
) on table public.model_prices to service_role;
-- Not granted: the figures, so that price_id always says what a message was priced with.
grant update (validity, source, source_date) on table public.model_prices to service_role;

create function private.price_call(
  p_provider text,
  p_model text,
  p_service_tier text,
  p_at timestamptz,
  p_input_tokens integer,
  p_output_tokens integer,
  p_cached_input_tokens integer,
  p_cache_write_tokens integer,
  p_cache_write_1h_tokens integer,
  p_reasoning_tokens integer,
  out cost_usd numeric,
  out price_id uuid
)
language plpgsql
stable
set search_path = ''
as $$
declare
  v_price record;
  -- numeric, because four integers can add up to more than one holds
  v_cached constant numeric := coalesce(p_cached_input_tokens, 0);
  v_written constant numeric := coalesce(p_cache_write_tokens, 0);
  v_written_1h constant numeric := coalesce(p_cache_write_1h_tokens, 0);
  v_input numeric := coalesce(p_input_tokens, 0);
  v_output numeric := coalesce(p_output_tokens, 0);
  v_tier text := lower(coalesce(nullif(p_service_tier, ''), 'standard'));
  -- claude-sonnet-4-5-20250929, gpt-4o-2024-08-06, claude-3-5-haiku@20241022, mistral-small-latest
  v_undated constant text := regexp_replace(p_model, '(-latest|[-@]20\d\d-?\d\d-?\d\d)$', '');
begin
  if p_provider is null or p_model is null or (p_input_tokens is null and p_output_tokens is null)
  then
    return;
  end if;
  v_tier := case
    when v_tier in ('default', 'auto', 'on_demand') then 'standard'
    when v_tier = 'fast' then 'priority'
    else v_tier
  end;

  -- A name that has a price takes none of another name, be it for another tier or length.
  select
    p.*,
    p.service_tier = v_tier
      and p.min_input_tokens <= v_input
        + case when p.input_includes_cache then 0 else v_cached + v_written + v_written_1h end as fits
  into v_price
  from public.model_prices as p
  where p.provider = lower(p_provider)
    and p.model in (p_model, v_undated)
    and p.validity @> p_at
  order by p.model = p_model desc, fits desc, p.min_input_tokens desc
  limit 1;
  if not found or not v_price.fits then
    return;
  end if;

  if v_price.input_includes_cache then
    v_input := greatest(v_input - v_cached - v_written - v_written_1h, 0);
  end if;
  if not v_price.output_includes_reasoning then
    v_output := v_output + coalesce(p_reasoning_tokens, 0);
  end if;
  cost_usd := trim_scale(
    (
      v_input * v_price.input_usd_per_mtok
      + v_output * v_price.output_usd_per_mtok
      + v_cached * coalesce(v_price.cached_input_usd_per_mtok, v_price.input_usd_per_mtok)
      + v_written * coalesce(v_price.cache_write_usd_per_mtok, v_price.input_usd_per_mtok)
      + v_written_1h * coalesce(
        v_price.cache_write_1h_usd_per_mtok, v_price.cache_write_usd_per_mtok,
        v_price.input_usd_per_mtok
      )
    ) * 0.000001
  );
  price_id := v_price.id;
end
$$;
revoke all on function private.price_call(
  text, text, text, timestamptz, integer, integer, integer, integer, integer, integer
) from public, anon, authenticated, service_role;
comment on function private.price_call(
  text, text, text, timestamptz, integer, integer, integer, integer, integer, integer
) is
  'What a call costs in US dollars by the price in force at p_at, and that price; both null where '
  'there is none, or no token count.';

-- Prices as the providers printed them on the day of each row. A later row of the same model ends the
-- one before it. docs/prices.md says how to keep them current.
insert into public.model_prices (
  provider, model, service_tier, min_input_tokens, validity, input_usd_per_mtok, output_usd_per_mtok,
  cached_input_usd_per_mtok, cache_write_usd_per_mtok, cache_write_1h_usd_per_mtok,
  input_includes_cache, output_includes_reasoning, source, source_date
)
select
  v.provider, v.model, v.service_tier, v.min_input_tokens,
  tstzrange(
    v.valid_from::timestamp at time zone 'utc',
    lead(v.valid_from) over (
      partition by v.provider, v.model, v.service_tier, v.min_input_tokens order by v.valid_from
    )::timestamp at time zone 'utc'
  ),
  v.input, v.output, v.cached, v.cache_write, v.cache_write_1h,
  v.provider <> 'anthropic', v.provider <> 'google',
  case
    when v.model = 'gpt-6.1-terra' then
      'https://developers.openai.com/api/docs/models/gpt-6.1-terra'
    when v.model = 'mistral-large-4' then 'https://docs.mistral.ai/models/mistral-large-4-0'
    when v.provider = 'openai' then 'https://developers.openai.com/api/docs/pricing'
    when v.provider = 'anthropic' then
      'https://platform.claude.com/docs/en/about-claude/pricing'
    when v.provider = 'google' then 'https://ai.google.dev/gemini-api/docs/pricing'
    when v.provider = 'mistral' then 'https://docs.mistral.ai/inference/pricing'
    else 'docs/prices.md'
  end,
  v.source_date::date
from (
  values
    -- openai: from 272001 prompt tokens long context; cache_write is the 30-minute write.
    (
      'openai', 'gpt-6-astra', 'standard', 0, '2026-09-04'::date, 10::numeric, 50::numeric, 1::numeric,
      12.5::numeric, null::numeric, '2026-10-10'::date
    ),
    ('openai', 'gpt-6-astra', 'standard', 272001, '2026-09-04', 20, 75, 2, 25, null, '2026-10-10'),
    ('openai', 'gpt-6.1-sol', 'standard', 0, '2026-09-29', 2, 10, 0.1, 2.5, null, '2026-10-10'),
    ('openai', 'gpt-6.1-sol', 'standard', 272001, '2026-09-29', 4, 15, 0.2, 5, null, '2026-10-10'),
    ('openai', 'gpt-6.1-terra', 'standard', 0, '2026-10-26', 1, 5, 0.05, 1.25, null, '2026-10-26'),
    ('openai', 'gpt-6.1-terra', 'standard', 272001, '2026-10-26', 2, 7.5, 0.1, 2.5, null, '2026-10-26'),
    ('openai', 'gpt-6-sol', 'standard', 0, '2026-09-22', 2, 10, 0.2, 2.5, null, '2026-10-10'),
    ('openai', 'gpt-6-sol', 'standard', 272001, '2026-09-22', 4, 15, 0.4, 5, null, '2026-10-10'),
    ('openai', 'gpt-6-luna', 'standard', 0, '2026-09-22', 0.1, 0.5, 0.01, 0.125, null, '2026-10-10'),
    ('openai', 'gpt-6-luna', 'standard', 272001, '2026-09-22', 0.2, 0.75, 0.02, 0.25, null, '2026-10-10'),
    ('openai', 'gpt-5.6-sol', 'standard', 0, '2026-08-21', 4, 20, 0.4, 5, null, '2026-10-10'),
    ('openai', 'gpt-5.6-sol', 'standard', 272001, '2026-08-21', 8, 30, 0.8, 10, null, '2026-10-10'),
    ('openai', 'gpt-5.6-terra', 'standard', 0, '2026-07-30', 2, 12, 0.2, 2.5, null, '2026-10-10'),
    ('openai', 'gpt-5.6-terra', 'standard', 272001, '2026-07-30', 4, 18, 0.4, 5, null, '2026-10-10'),
    ('openai', 'gpt-5.6-luna', 'standard', 0, '2026-07-30', 0.2, 1.2, 0.02, 0.25, null, '2026-10-10'),
    ('openai', 'gpt-5.6-luna', 'standard', 272001, '2026-07-30', 0.4, 1.8, 0.04, 0.5, null, '2026-10-10'),
    ('openai', 'gpt-5.5', 'standard', 0, '2026-04-23', 5, 30, 0.5, null, null, '2026-10-10'),
    ('openai', 'gpt-5.5', 'standard', 272001, '2026-04-23', 10, 45, 1, null, null, '2026-10-10'),
    ('openai', 'gpt-5.4', 'standard', 0, '2026-03-05', 2.5, 15, 0.25, null, null, '2026-09-22'),
    ('openai', 'gpt-5.4', 'standard', 272001, '2026-03-05', 5, 22.5, 0.5, null, null, '2026-09-22'),
    ('openai', 'gpt-5.4-mini', 'standard', 0, '2026-03-17', 0.75, 4.5, 0.075, null, null, '2026-09-22'),
    ('openai', 'gpt-5.4-nano', 'standard', 0, '2026-03-17', 0.2, 1.25, 0.02, null, null, '2026-09-22'),
    ('openai', 'gpt-5.2', 'standard', 0, '2025-12-11', 1.75, 14, 0.175, null, null, '2026-09-22'),
    ('openai', 'gpt-5.1', 'standard', 0, '2025-11-13', 1.25, 10, 0.125, null, null, '2026-09-22'),
    ('openai', 'gpt-5', 'standard', 0, '2025-08-07', 1.25, 10, 0.125, null, null, '2026-09-22'),
    ('openai', 'gpt-5-mini', 'standard', 0, '2025-08-07', 0.25, 2, 0.025, null, null, '2026-09-22'),
    ('openai', 'gpt-5-nano', 'standard', 0, '2025-08-07', 0.05, 0.4, 0.005, null, null, '2026-09-22'),
    ('openai', 'gpt-4.1', 'standard', 0, '2025-04-14', 2, 8, 0.5, null, null, '2026-09-22'),
    ('openai', 'gpt-4.1-mini', 'standard', 0, '2025-04-14', 0.4, 1.6, 0.1, null, null, '2026-09-22'),
    ('openai', 'gpt-4.1-nano', 'standard', 0, '2025-04-14', 0.1, 0.4, 0.025, null, null, '2026-09-22'),
    ('openai', 'gpt-4o', 'standard', 0, '2024-08-06', 2.5, 10, 1.25, null, null, '2026-09-22'),
    ('openai', 'gpt-4o-2024-05-13', 'standard', 0, '2024-05-13', 5, 15, null, null, null, '2026-09-22'),
    ('openai', 'gpt-4o-mini', 'standard', 0, '2024-07-18', 0.15, 0.6, 0.075, null, null, '2026-09-22'),
    ('openai', 'o3', 'standard', 0, '2025-07-04', 2, 8, 0.5, null, null, '2026-09-22'),
    ('openai', 'o4-mini', 'standard', 0, '2025-04-16', 1.1, 4.4, 0.275, null, null, '2026-09-22'),
    ('openai', 'gpt-6.1-sol', 'batch', 0, '2026-09-29', 1, 5, 0.05, 1.25, null, '2026-09-29'),
    ('openai', 'gpt-6-sol', 'batch', 0, '2026-09-22', 1, 5, 0.1, 1.25, null, '2026-09-22'),
    ('openai', 'gpt-6-luna', 'batch', 0, '2026-09-22', 0.05, 0.25, 0.005, 0.0625, null, '2026-09-22'),
    ('openai', 'gpt-5.4-mini', 'batch', 0, '2026-03-17', 0.375, 2.25, 0.0375, null, null, '2026-09-22'),
    ('openai', 'gpt-5', 'batch', 0, '2025-08-07', 0.625, 5, 0.0625, null, null, '2026-09-22'),
    ('openai', 'gpt-5-mini', 'batch', 0, '2025-08-07', 0.125, 1, 0.0125, null, null, '2026-09-22'),
    ('openai', 'gpt-5-nano', 'batch', 0, '2025-08-07', 0.025, 0.2, 0.0025, null, null, '2026-09-22'),
    ('openai', 'gpt-4.1', 'batch', 0, '2025-04-14', 1, 4, null, null, null, '2026-09-22'),
    ('openai', 'gpt-4.1-mini', 'batch', 0, '2025-04-14', 0.2, 0.8, null, null, null, '2026-09-22'),
    ('openai', 'gpt-4o', 'batch', 0, '2024-08-06', 1.25, 5, null, null, null, '2026-09-22'),
    ('openai', 'gpt-4o-mini', 'batch', 0, '2024-07-18', 0.075, 0.3, null, null, null, '2026-09-22'),
    ('openai', 'o3', 'batch', 0, '2025-07-04', 1, 4, null, null, null, '2026-09-22'),
    ('openai', 'o4-mini', 'batch', 0, '2025-04-16', 0.55, 2.2, null, null, null, '2026-09-22'),
    ('openai', 'gpt-6.1-sol', 'batch', 272001, '2026-09-29', 2, 7.5, 0.1, 2.5, null, '2026-09-29'),
    ('openai', 'gpt-6-sol', 'batch', 272001, '2026-09-22', 2, 7.5, 0.2, 2.5, null, '2026-09-22'),
    ('openai', 'gpt-6-luna', 'batch', 272001, '2026-09-22', 0.1, 0.375, 0.01, 0.125, null, '2026-09-22'),
    ('openai', 'gpt-5', 'flex', 0, '2025-08-07', 0.625, 5, 0.0625, null, null, '2026-09-04'),
    ('openai', 'o3', 'flex', 0, '2025-07-04', 1, 4, 0.25, null, null, '2026-09-04'),
    ('openai', 'o4-mini', 'flex', 0, '2025-04-16', 0.55, 2.2, 0.138, null, null, '2026-09-04'),
    ('openai', 'gpt-5', 'priority', 0, '2025-08-07', 2.5, 20, 0.25, null, null, '2026-09-04'),
    ('openai', 'gpt-4.1', 'priority', 0, '2025-04-14', 3.5, 14, 0.875, null, null, '2026-09-04'),
    ('openai', 'gpt-4o', 'priority', 0, '2024-08-06', 4.25, 17, 2.125, null, null, '2026-09-04'),
    -- anthropic: cache_write for 5 minutes, cache_write_1h for an hour; batch halves all of them.
    ('anthropic', 'claude-fable-5-1', 'standard', 0, '2026-09-01', 10, 50, 0.25, 12.5, 20, '2026-10-10'),
    ('anthropic', 'claude-opus-5-5', 'standard', 0, '2026-09-22', 4, 20, 0.2, 5, 8, '2026-10-10'),
    ('anthropic', 'claude-opus-5', 'standard', 0, '2026-07-24', 5, 25, 0.5, 6.25, 10, '2026-10-10'),
    ('anthropic', 'claude-opus-4-8', 'standard', 0, '2026-05-28', 5, 25, 0.5, 6.25, 10, '2026-09-01'),
    ('anthropic', 'claude-opus-4-7', 'standard', 0, '2026-04-16', 5, 25, 0.5, 6.25, 10, '2026-09-01'),
    ('anthropic', 'claude-opus-4-6', 'standard', 0, '2026-02-05', 5, 25, 0.5, 6.25, 10, '2026-10-10'),
    ('anthropic', 'claude-opus-4-5', 'standard', 0, '2025-11-24', 5, 25, 0.5, 6.25, 10, '2026-09-01'),
    ('anthropic', 'claude-opus-4-1', 'standard', 0, '2025-08-05', 15, 75, 1.5, 18.75, 30, '2026-09-01'),
    ('anthropic', 'claude-sonnet-5-5', 'standard', 0, '2026-09-28', 2, 10, 0.2, 2.5, 4, '2026-09-29'),
    ('anthropic', 'claude-sonnet-5-5', 'standard', 0, '2026-10-07', 2, 10, 0.1, 2.5, 4, '2026-10-10'),
    ('anthropic', 'claude-sonnet-5', 'standard', 0, '2026-06-30', 2, 10, 0.2, 2.5, 4, '2026-10-10'),
    ('anthropic', 'claude-sonnet-4-6', 'standard', 0, '2026-02-17', 3, 15, 0.3, 3.75, 6, '2026-10-10'),
    ('anthropic', 'claude-sonnet-4-5', 'standard', 0, '2025-09-29', 3, 15, 0.3, 3.75, 6, '2026-02-17'),
    ('anthropic', 'claude-sonnet-4-5', 'standard', 200001, '2025-09-29', 6, 22.5, 0.6, 7.5, 12, '2025-09-29'),
    ('anthropic', 'claude-3-7-sonnet', 'standard', 0, '2025-02-19', 3, 15, 0.3, 3.75, 6, '2026-02-17'),
    ('anthropic', 'claude-haiku-5-5', 'standard', 0, '2026-10-07', 0.1, 0.5, 0.01, 0.125, 0.2, '2026-10-10'),
    (
      'anthropic', 'claude-haiku-5-5', 'standard', 100001, '2026-10-07', 0.5, 2.5, 0.05, 0.625,
      1, '2026-10-10'
    ),
    ('anthropic', 'claude-haiku-4-5', 'standard', 0, '2025-10-15', 1, 5, 0.1, 1.25, 2, '2026-10-10'),
    ('anthropic', 'claude-3-5-haiku', 'standard', 0, '2024-10-22', 0.8, 4, 0.08, 1, 1.6, '2026-02-17'),
    ('anthropic', 'claude-3-haiku', 'standard', 0, '2024-03-07', 0.25, 1.25, 0.03, 0.3, 0.5, '2026-02-17'),
    ('anthropic', 'claude-fable-5-1', 'batch', 0, '2026-09-01', 5, 25, 0.125, 6.25, 10, '2026-10-10'),
    ('anthropic', 'claude-opus-5-5', 'batch', 0, '2026-09-22', 2, 10, 0.1, 2.5, 4, '2026-10-10'),
    ('anthropic', 'claude-opus-5', 'batch', 0, '2026-07-24', 2.5, 12.5, 0.25, 3.125, 5, '2026-10-10'),
    ('anthropic', 'claude-sonnet-5-5', 'batch', 0, '2026-09-28', 1, 5, 0.1, 1.25, 2, '2026-09-29'),
    ('anthropic', 'claude-sonnet-5-5', 'batch', 0, '2026-10-07', 1, 5, 0.05, 1.25, 2, '2026-10-10'),
    ('anthropic', 'claude-sonnet-5', 'batch', 0, '2026-06-30', 1, 5, 0.1, 1.25, 2, '2026-10-10'),
    ('anthropic', 'claude-sonnet-4-6', 'batch', 0, '2026-02-17', 1.5, 7.5, 0.15, 1.875, 3, '2026-10-10'),
    ('anthropic', 'claude-sonnet-4-5', 'batch', 0, '2025-09-29', 1.5, 7.5, 0.15, 1.875, 3, '2026-02-17'),
    (
      'anthropic', 'claude-sonnet-4-5', 'batch', 200001, '2025-09-29', 3, 11.25, 0.3, 3.75, 6, '2025-09-29'
    ),
    ('anthropic', 'claude-haiku-5-5', 'batch', 0, '2026-10-07', 0.05, 0.25, 0.005, 0.0625, 0.1, '2026-10-10'),
    (
      'anthropic', 'claude-haiku-5-5', 'batch', 100001, '2026-10-07', 0.25, 1.25, 0.025,
      0.3125, 0.5, '2026-10-10'
    ),
    ('anthropic', 'claude-haiku-4-5', 'batch', 0, '2025-10-15', 0.5, 2.5, 0.05, 0.625, 1, '2026-10-10'),
    -- google: text prices of the Gemini API; 2027-01-01 are increases that it has announced.
    ('google', 'gemini-3.8-flash', 'standard', 0, '2026-09-02', 0.75, 3.75, 0.075, null, null, '2026-10-10'),
    ('google', 'gemini-3.8-flash', 'standard', 0, '2027-01-01', 1.5, 7.5, 0.15, null, null, '2026-09-25'),
    ('google', 'gemini-3.6-flash', 'standard', 0, '2026-07-21', 1.5, 7.5, 0.15, null, null, '2026-07-21'),
    ('google', 'gemini-3.6-flash', 'standard', 0, '2026-08-25', 0.75, 3.75, 0.075, null, null, '2026-08-25'),
    ('google', 'gemini-3.6-flash', 'standard', 0, '2027-01-01', 1.5, 7.5, null, null, null, '2026-10-10'),
    ('google', 'gemini-3.5-flash', 'standard', 0, '2026-05-19', 1.5, 9, 0.15, null, null, '2026-07-01'),
    (
      'google', 'gemini-3.5-flash-lite', 'standard', 0, '2026-07-21', 0.3, 2.5, 0.03, null,
      null, '2026-10-01'
    ),
    ('google', 'gemini-3.1-pro-preview', 'standard', 0, '2026-02-19', 2, 12, 0.2, null, null, '2026-10-10'),
    (
      'google', 'gemini-3.1-pro-preview', 'standard', 200001, '2026-02-19', 4, 18, 0.4, null,
      null, '2026-10-10'
    ),
    (
      'google', 'gemini-3.1-flash-lite', 'standard', 0, '2026-05-07', 0.25, 1.5, 0.025, null,
      null, '2026-10-01'
    ),
    ('google', 'gemini-3-flash-preview', 'standard', 0, '2025-12-17', 0.5, 3, 0.05, null, null, '2026-10-10'),
    ('google', 'gemini-2.5-pro', 'standard', 0, '2025-06-05', 1.25, 10, 0.125, null, null, '2026-10-10'),
    ('google', 'gemini-2.5-pro', 'standard', 200001, '2025-06-05', 2.5, 15, 0.25, null, null, '2026-10-10'),
    ('google', 'gemini-2.5-flash', 'standard', 0, '2025-06-05', 0.3, 2.5, 0.03, null, null, '2026-10-10'),
    (
      'google', 'gemini-2.5-flash-lite', 'standard', 0, '2025-06-17', 0.1, 0.4, 0.01, null,
      null, '2026-03-31'
    ),
    ('google', 'gemini-3.8-flash', 'batch', 0, '2026-09-02', 0.375, 1.875, null, null, null, '2026-09-25'),
    ('google', 'gemini-3.8-flash', 'batch', 0, '2027-01-01', 0.75, 3.75, null, null, null, '2026-09-25'),
    ('google', 'gemini-3.1-pro-preview', 'batch', 0, '2026-02-19', 1, 6, null, null, null, '2026-03-31'),
    ('google', 'gemini-3.1-pro-preview', 'batch', 200001, '2026-02-19', 2, 9, null, null, null, '2026-03-31'),
    ('google', 'gemini-2.5-pro', 'batch', 0, '2025-07-07', 0.625, 5, 0.125, null, null, '2026-03-31'),
    ('google', 'gemini-2.5-pro', 'batch', 200001, '2025-07-07', 1.25, 7.5, 0.25, null, null, '2026-03-31'),
    ('google', 'gemini-2.5-flash', 'batch', 0, '2025-07-07', 0.15, 1.25, 0.03, null, null, '2026-03-31'),
    ('google', 'gemini-2.5-flash-lite', 'batch', 0, '2025-07-07', 0.05, 0.2, 0.01, null, null, '2026-03-31'),
    -- mistral: the -latest ids follow the model that they point to.
    ('mistral', 'mistral-large-4', 'standard', 0, '2026-10-06', 0.68, 2.09, 0.07, null, null, '2026-10-08'),
    ('mistral', 'mistral-large-4', 'standard', 0, '2026-10-20', 1.36, 4.18, 0.14, null, null, '2026-10-20'),
    ('mistral', 'mistral-large', 'standard', 0, '2025-12-02', 0.5, 1.5, 0.05, null, null, '2026-08-22'),
    (
      'mistral', 'mistral-large-latest', 'standard', 0, '2025-12-02', 0.5, 1.5, 0.05, null,
      null, '2026-08-22'
    ),
    ('mistral', 'mistral-large-2512', 'standard', 0, '2025-12-02', 0.5, 1.5, 0.05, null, null, '2026-08-22'),
    ('mistral', 'mistral-large-2411', 'standard', 0, '2024-11-01', 2, 6, null, null, null, '2025-07-04'),
    ('mistral', 'mistral-medium-latest', 'standard', 0, '2025-05-07', 0.4, 2, 0.04, null, null, '2026-08-24'),
    (
      'mistral', 'mistral-medium-latest', 'standard', 0, '2026-06-16', 1.5, 7.5, 0.15, null,
      null, '2026-08-24'
    ),
    ('mistral', 'mistral-medium-3-5', 'standard', 0, '2026-04-28', 1.5, 7.5, 0.15, null, null, '2026-08-24'),
    ('mistral', 'mistral-small', 'standard', 0, '2026-03-16', 0.15, 0.6, 0.015, null, null, '2026-10-08'),
    (
      'mistral', 'mistral-small-latest', 'standard', 0, '2026-03-16', 0.15, 0.6, 0.015, null,
      null, '2026-10-08'
    ),
    (
      'mistral', 'mistral-small-2603', 'standard', 0, '2026-03-16', 0.15, 0.6, 0.015, null,
      null, '2026-10-08'
    ),
    ('mistral', 'codestral', 'standard', 0, '2025-07-30', 0.3, 0.9, 0.03, null, null, '2026-08-27'),
    ('mistral', 'codestral-latest', 'standard', 0, '2025-07-30', 0.3, 0.9, 0.03, null, null, '2026-08-27'),
    ('mistral', 'codestral-2508', 'standard', 0, '2025-07-30', 0.3, 0.9, 0.03, null, null, '2026-08-27'),
    ('mistral', 'magistral-medium-latest', 'standard', 0, '2025-08-12', 2, 5, null, null, null, '2025-08-12'),
    (
      'mistral', 'ministral-8b-2512', 'standard', 0, '2025-12-02', 0.15, 0.15, 0.015, null,
      null, '2026-08-27'
    ),
    -- self-hosted: an example figure, no price. Put the cost of your own machine here.
    ('self-hosted', 'example-7b', 'standard', 0, '2026-01-01', 0.05, 0.05, null, null, null, '2026-11-22')
) as v (
  provider, model, service_tier, min_input_tokens, valid_from, input, output, cached, cache_write,
  cache_write_1h, source_date
);
