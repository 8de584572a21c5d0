begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/embeddings.psql
select plan(4);

select is(
  (
    select p.proconfig
    from pg_proc as p
    where p.pronamespace = 'private'::regnamespace and p.proname = f.name
  ),
  f.settings, f.name || ': what test/databases/recall.test.ts measures'
)
from (
  values
    (
      'nearest_by_index',
      array[
        'search_path=""', 'hnsw.iterative_scan=relaxed_order', 'hnsw.ef_search=400',
        'hnsw.max_scan_tuples=20000', 'hnsw.scan_mem_multiplier=4', 'enable_sort=off', 'jit=off'
      ]
    ),
    ('nearest_exactly', array['search_path=""', 'jit=off', 'plan_cache_mode=force_custom_plan'])
) as f (name, settings);

-- With ten rows at a time, and more of somebody else in front of the first.
select tests.start(1), tests.start(2, 'other');
insert into public.conversation_messages (id, session_id, role, content)
select tests.m(n), tests.s(case when n > 60 then 1 else 2 end), 'user', 'x'
from generate_series(1, 63) as n;
select tests.embed(n, tests.v(1, n / 20.0)) from generate_series(1, 63) as n;
alter function private.nearest_by_index(
  uuid, text, extensions.halfvec, integer, uuid[], private.message_filter
) set hnsw.ef_search = 10;
create function pg_temp.found()
returns text
language sql
as $$
  select string_agg(tests.number_of(f.message_id), ' ' order by f.distance)
  from private.nearest_by_index(
    tests.id_of('owner'), 'test', tests.v(1)::extensions.halfvec, 3, '{}', null
  ) as f
$$;
select is(pg_temp.found(), '61 62 63', 'a user''s rows behind sixty of another are found');
alter function private.nearest_by_index(
  uuid, text, extensions.halfvec, integer, uuid[], private.message_filter
) set hnsw.iterative_scan = off;
select is(pg_temp.found(), null, 'which one scan alone does not');

select * from finish();
rollback;
