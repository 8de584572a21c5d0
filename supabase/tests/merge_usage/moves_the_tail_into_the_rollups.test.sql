-- Repeatable read, because there no writer merges the tail.
begin isolation level repeatable read;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(7);

select tests.work();
create function tests.tail()
returns bigint
language sql
security definer
as $$ select count(*) from private.usage_tail $$;
select tests.act_as('service_role');
create function pg_temp.usage()
returns text[]
language sql
as $$
  select array_agg(t.line order by t.line)
  from (
    select u.*::text as line from public.usage_daily as u
    union all
    select u.*::text from public.usage_totals as u
  ) as t
$$;
create temporary table fixture as select pg_temp.usage() as used;
select is(tests.tail(), 15::bigint, 'a row for each message');
select is(public.merge_usage(), 15::bigint, 'all of them are merged');
select is(tests.tail(), 0::bigint, 'none is left');
select is(pg_temp.usage(), (select f.used from fixture as f), 'readers see the same');
select is(public.merge_usage(), 0::bigint, 'a second call finds nothing');
select is(pg_temp.usage(), (select f.used from fixture as f), 'and counts nothing twice');
select tests.act_as('postgres');
select results_eq(
  $$
    select
      r.scope::text, count(*) > 0, bool_and(r.user_id is null), bool_and(r.brand_id is null),
      bool_and(r.brand_id is not null)
    from private.usage_rollups as r
    group by r.scope
    order by r.scope
  $$,
  $$
    values ('user', true, false, false, false), ('brand', true, true, false, true),
      ('all', true, true, true, false)
  $$, 'summed by user, by brand where there is one, and for everybody'
);

select * from finish();
rollback;
