begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(6);

select tests.start(1);
select tests.start(2, 'other');
insert into public.conversation_messages (session_id, role, content, provider, latency_ms)
select tests.s(1), 'assistant', 'a', 'acme', i from generate_series(1, 100) as i;
insert into public.conversation_messages (session_id, role, content, provider, latency_ms)
values
  (tests.s(1), 'assistant', 'a', 'acme', null), (tests.s(1), 'assistant', 'a', 'silent', null),
  (tests.s(1), 'tool', 'a', null, 40), (tests.s(2), 'assistant', 'a', 'acme', 5000);
create function pg_temp.stats()
returns setof text
language sql
as $$
  select concat_ws(
    ' ', s.day = (now() at time zone 'utc')::date, s.provider, s.response_count, s.avg_latency_ms
  )
  from public.response_time_stats as s
  order by s.provider
$$;
select tests.act_as('owner');
select results_eq(
  'select * from pg_temp.stats()', $$ values ('t  1 40.00'), ('t acme 100 50.50') $$,
  'messages with a latency, and their mean'
);
select ok(
  (
    select
      s.p50_latency_ms between 0.956 * 50 - 0.5 and 1.044 * 50 + 0.5
      and s.p95_latency_ms between 0.956 * 95 - 0.5 and 1.044 * 95 + 0.5
      and s.p99_latency_ms between 0.956 * 99 - 0.5 and 1.044 * 99 + 0.5
    from public.response_time_stats as s
    where s.provider = 'acme'
  ), 'percentiles within 4.4 % and half a millisecond'
);
delete from public.conversation_messages where provider = 'acme';
select results_eq(
  'select * from pg_temp.stats()', $$ values ('t  1 40.00'), ('t acme 100 50.50') $$,
  'deleted messages count'
);
select tests.act_as('service_role');
select results_eq(
  'select * from pg_temp.stats()', $$ values ('t  1 40.00'), ('t acme 101 99.50') $$,
  'service_role sees everybody''s'
);
select tests.act_as('brand_owner');
select is_empty('select * from public.response_time_stats', 'who has none sees none');
select tests.act_as('anon');
select is(
  tests.error_of('select count(*) from public.response_time_stats'), '42501', 'anon may not ask'
);

select * from finish();
rollback;
