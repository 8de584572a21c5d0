begin;
\ir ../_shared/setup.psql
\ir ../catalog/objects.psql
\ir decisions.psql
select plan(5);

select set_eq(
  $$
    select f.function
    from tests.functions as f
    where has_function_privilege('analyst', f.id, 'execute')
  $$,
  array[
    'private.add_histograms', 'private.latency_bucket', 'private.latency_histogram',
    'private.latency_percentile', 'private.merge_histograms', 'private.reads_all_usage',
    'private.reads_usage_of', 'private.usage_window_start'
  ],
  'arithmetic on numbers, the window, and who reads whose'
);
select is_empty(
  $$
    select f.function
    from tests.functions as f
    where has_function_privilege('analyst', f.id, 'execute')
      and (f.is_definer or f.body ~* '\m(public|auth)\.(?!uid\(\))')
  $$,
  'none with the rights of its owner, and none that reads a table'
);
select is(tests.answer_to_analyst(format(c.call, tests.id_of('brand'))), '42501', 'refused: ' || c.call)
from (
  values
    ('select public.get_session(%L)'), ('select public.get_brand_usage(%L, ''today'', ''today'')'),
    ('select public.merge_usage()')
) as c (call);

select * from finish();
rollback;
