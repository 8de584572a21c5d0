begin;
\ir ../_shared/setup.psql
select plan(5);

select is(
  (
    select array_agg(distinct p.provider order by p.provider)
    from public.model_prices as p
    where p.provider in ('openai', 'anthropic', 'google', 'mistral', 'self-hosted')
  ), array['anthropic', 'google', 'mistral', 'openai', 'self-hosted'], 'five providers'
);
select cmp_ok((select count(*) from public.model_prices), '>', 100::bigint, 'a book, not a sample');
select is_empty(
  $$
    select p.provider, p.model, p.source
    from public.model_prices as p
    where p.provider <> 'self-hosted' and p.source !~ '^https://[a-z0-9.]+/[a-z0-9/._-]+$'
  $$, 'each with the page that it stands on'
);
select is_empty(
  $$
    select p.provider, p.model
    from public.model_prices as p
    where p.source_date < '2025-01-01' or p.source_date > p.created_at::date
  $$, 'and the day on which it was read there'
);
select is_empty(
  $$
    select p.provider
    from public.model_prices as p
    group by p.provider
    having count(*) filter (where p.validity @> now() and p.service_tier = 'standard') = 0
  $$, 'some in force for each provider'
);

select * from finish();
rollback;
