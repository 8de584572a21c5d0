begin;
\ir ../_shared/setup.psql
select plan(6);

create function pg_temp.histogram(p_ms integer[], p_sign integer default 1)
returns integer[]
language sql
as $$
  select private.merge_histograms(private.latency_histogram(l.ms, p_sign)) from unnest(p_ms) as l (ms)
$$;
create function pg_temp.shown(p_histogram integer[])
returns text
language sql
as $$
  select string_agg(i || ':' || p_histogram[i], ' ' order by i)
  from generate_subscripts(p_histogram, 1) as i
  where p_histogram[i] <> 0
$$;
select is(
  pg_temp.shown(private.add_histograms(
    pg_temp.histogram(array[0, 1, 8, 8, 1024]), pg_temp.histogram(array[8, 1024], -1)
  )), '0:1 1:1 25:1', 'each goes from its bucket'
);
select is(
  private.latency_percentile(
    private.add_histograms(pg_temp.histogram(array[5, 900]), pg_temp.histogram(array[900], -1)), 0.99
  ), 5, 'and no longer counts'
);
select is(
  private.latency_percentile(
    private.add_histograms(pg_temp.histogram(array[900], -1), pg_temp.histogram(array[5, 900])), 0.99
  ), 5, 'in either order'
);
select is(
  private.latency_percentile(
    private.add_histograms(pg_temp.histogram(array[7]), pg_temp.histogram(array[7], -1)), 0.5
  ), null::integer, 'of none there is no percentile'
);
select is(private.latency_percentile('{}', 0.5), null::integer, 'nor of an empty histogram');
select is(
  pg_temp.shown(pg_temp.histogram(array[null, 3, null])), '13:1', 'an unknown latency is in none'
);

select * from finish();
rollback;
