-- JSON knows no lower bounds: whoever reads the histogram over the API counts from 0.
begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(5);

select tests.start(1);
select tests.act_as('owner');
create function pg_temp.read(p_view text)
returns table (provider text, buckets text)
language plpgsql
as $$
begin
  return query execute format(
    $q$
      select
        u.provider,
        (
          select string_agg(concat_ws(':', b.place - 1, b.n), ' ' order by b.place)
          from jsonb_array_elements_text(to_jsonb(u.latency_histogram)) with ordinality as b (n, place)
          where b.n is distinct from '0'
        )
      from public.%I as u
    $q$, p_view
  );
end
$$;
insert into public.conversation_messages (session_id, role, content, provider, cost_usd, latency_ms)
values
  (tests.s(1), 'assistant', 'x', 'one', 0, 850), (tests.s(1), 'assistant', 'x', 'two', 0, 0),
  (tests.s(1), 'assistant', 'x', 'two', 0, 20), (tests.s(1), 'assistant', 'x', 'two', 0, 850),
  (tests.s(1), 'assistant', 'x', 'none', 0, null);
-- 850 ms: 2^(77/8) = 790 and 2^(78/8) = 861. 20 ms: 2^(34/8) = 19.03 and 2^(35/8) = 20.75.
select results_eq(
  $$ select * from pg_temp.read('usage_daily') order by provider $$,
  $$ values ('none', null), ('one', '78:1'), ('two', '0:1 35:1 78:1') $$, 'before a merge'
);
select tests.act_as('service_role');
select results_eq(
  $$ select * from pg_temp.read('usage_totals') order by provider $$,
  $$ values ('none', null), ('one', '78:1'), ('two', '0:1 35:1 78:1') $$, 'of everybody, too'
);
select public.merge_usage();
select results_eq(
  $$ select * from pg_temp.read('usage_daily') order by provider $$,
  $$ values ('none', null), ('one', '78:1'), ('two', '0:1 35:1 78:1') $$, 'after a merge'
);
select results_eq(
  $$ select * from pg_temp.read('usage_totals') order by provider $$,
  $$ values ('none', null), ('one', '78:1'), ('two', '0:1 35:1 78:1') $$, 'of everybody'
);
select is(
  (
    select private.latency_percentile(private.merge_histograms(u.latency_histogram), 0.95)
    from public.usage_daily as u
  ), 824, 'percentiles are what they were'
);

select * from finish();
rollback;
