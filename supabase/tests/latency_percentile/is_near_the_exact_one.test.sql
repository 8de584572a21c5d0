begin;
\ir ../_shared/setup.psql
select plan(10);

create temporary table latencies as
select d.name, d.ms
from generate_series(1, 997) as i
cross join lateral (
  values
    ('one to a thousand', i),
    ('uniform up to a minute', (i * 7919) % 60013),
    ('lognormal', round(exp(
      6.5 + 1.2 * sqrt(-2 * ln((i - 0.5) / 1000.0)) * cos(2 * pi() * ((i * 0.6180339887) % 1))
    ))::integer),
    ('two humps', case when i % 10 = 0 then 30000 + i else 5 + i % 3 end),
    ('mostly nothing', case when i % 20 = 0 then i else 0 end),
    ('the same again and again', 137),
    ('nothing', 0),
    ('a millisecond', 1),
    ('all that an integer holds', 2147483647),
    ('powers of two and their neighbours', (1 << (i % 31)) - (i / 31) % 2)
) as d (name, ms);
create temporary table found as
select
  h.name, p.fraction, private.latency_percentile(h.histogram, p.fraction) as estimate,
  (
    select percentile_disc(p.fraction::double precision) within group (order by l.ms)
    from latencies as l where l.name = h.name
  ) as exact
from (
  select l.name, private.merge_histograms(private.latency_histogram(l.ms)) as histogram
  from latencies as l
  group by l.name
) as h
cross join unnest(array[0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1]) as p (fraction);
select is(
  (
    select string_agg(format('%s: %s for %s', f.fraction, f.estimate, f.exact), ', ')
    from found as f
    where f.name = n.name
      and (f.estimate is null or abs(f.estimate - f.exact) > 0.044 * f.exact + 0.5)
  ), null, n.name
)
from (select distinct l.name from latencies as l) as n
order by n.name;

select * from finish();
rollback;
