begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(10);

select tests.price('m');
select tests.act_as('service_role');
create function pg_temp.record(
  p_n integer, p_provider text default 'acme', p_tokens integer default 1000,
  p_user text default 'owner', p_at timestamptz default '2026-05-01 12:00+00'
)
returns text
language plpgsql
as $$
declare
  v_record public.usage_record;
  v_detail text;
begin
  v_record := public.record_usage(
    tests.m(p_n), tests.id_of(p_user), null, p_provider, 'm', p_input_tokens => p_tokens,
    p_used_at => p_at
  );
  return concat_ws(' ', v_record.cost_source, trim_scale(v_record.cost_usd), v_record.inserted);
exception
  when sqlstate 'PT409' then
    get stacked diagnostics v_detail = pg_exception_detail;
    return v_detail;
end
$$;
create function pg_temp.recorded()
returns text
language sql
as $$
  select concat_ws(' ', sum(u.requests), sum(u.input_tokens), trim_scale(sum(u.cost_usd)))
  from public.usage_daily as u
  where u.day = '2026-05-01'
$$;
select is(pg_temp.record(1), 'price_book 0.002 t', 'a first call');
select is(pg_temp.record(1), 'price_book 0.002 f', 'again: found');
set local timezone = 'Asia/Tokyo';
select is(pg_temp.record(1), 'price_book 0.002 f', 'in another time zone: found');
set local timezone = 'UTC';
select is(pg_temp.record(1, p_tokens => 1001), 'IDEMPOTENCY_MISMATCH', 'with other tokens');
select is(pg_temp.record(1, 'other'), 'IDEMPOTENCY_MISMATCH', 'with another provider');
select is(pg_temp.record(1, p_user => 'other'), 'IDEMPOTENCY_MISMATCH', 'for another user');
select is(
  pg_temp.record(1, p_at => '2026-05-01 12:00:00.000001+00'), 'IDEMPOTENCY_MISMATCH', 'at another time'
);
select is(pg_temp.recorded(), '1 1000 0.002', 'one call is counted');
select is(pg_temp.record(2), 'price_book 0.002 t', 'another key with the same body');
select is(pg_temp.recorded(), '2 2000 0.004', 'is another call');

select * from finish();
rollback;
