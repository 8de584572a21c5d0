begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(5);

select is(private.latency_bucket(0), 0, '0 ms has a bucket of its own');
select is(private.latency_bucket(1), 1, '1 ms is in the first');
select is(private.latency_bucket(2147483647), 248, 'the largest integer is in the last');
select is_empty(
  $$
    select k, private.latency_bucket((2::bigint ^ k)::bigint::integer)
    from generate_series(0, 30) as k
    where private.latency_bucket((2::bigint ^ k)::bigint::integer) <> 8 * k + 1
  $$, 'each power of two begins a bucket'
);
select is_empty(
  $$
    select b.bucket, l.ms, private.latency_bucket(l.ms)
    from tests.bucket_ends as b
    cross join lateral (
      values (ceil(b.from_ms)::integer, 0), (ceil(b.from_ms)::integer - 1, -1)
    ) as l (ms, side)
    where l.ms > 0
      and private.latency_bucket(l.ms)
        <> (select max(e.bucket) from tests.bucket_ends as e where e.from_ms <= l.ms)
  $$, 'and every end is where it should be'
);

select * from finish();
rollback;
