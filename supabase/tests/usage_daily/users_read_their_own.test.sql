begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(8);

select tests.work();
create function pg_temp.readers()
returns text[]
language sql
as $$
  select array_agg(distinct coalesce(u.user_id, tests.id_of('nothing'))) from public.usage_daily as u
$$;
create function pg_temp.all_read()
returns text
language plpgsql
as $$
declare
  v_read text := '';
  v_actor text;
begin
  foreach v_actor in array array[
    'owner', 'other', 'brand_owner', 'brand_admin', 'brand_analyst', 'anonymous'
  ] loop
    perform tests.act_as(v_actor);
    v_read := v_read || v_actor || ' ' || case
      when (select count(*) from public.usage_daily) = 0 then 'nothing'
      when pg_temp.readers() = array[tests.id_of(v_actor)::text] then 'own'
      else 'others'
    end || ', ';
  end loop;
  perform tests.act_as('postgres');
  return v_read;
end
$$;
select is(
  pg_temp.all_read(),
  'owner own, other own, brand_owner nothing, brand_admin nothing, brand_analyst nothing, '
  'anonymous nothing, ', 'before a merge'
);
select public.merge_usage();
select is(
  pg_temp.all_read(),
  'owner own, other own, brand_owner nothing, brand_admin nothing, brand_analyst nothing, '
  'anonymous nothing, ', 'and after it'
);
select tests.act_as('service_role');
select is(
  (
    select count(distinct u.user_id) from public.usage_daily as u
    where u.user_id in (tests.id_of('owner'), tests.id_of('other'))
  ), 2::bigint, 'service_role reads everybody''s'
);
select tests.act_as('anon');
select is(tests.error_of('select count(*) from public.usage_daily'), '42501', 'anon reads none');
select tests.act_as('owner');
select is(
  tests.error_of('insert into private.usage_tail select * from private.usage_tail'), '42501',
  'nobody writes the tail'
);
select is(tests.error_of('delete from private.usage_rollups'), '42501', 'or the roll-ups');
select is(
  tests.error_of('select count(*) from private.removed_usage'), '42501',
  'what was deleted is read in sums alone'
);
select tests.act_as('service_role');
select is(
  tests.error_of('update private.usage_rollups set cost_usd = 0'), '42501', 'not even the server'
);

select * from finish();
rollback;
