begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(12);

select tests.work();
select public.merge_usage();
select tests.act_as('owner');
insert into public.conversation_messages (id, session_id, role, content, provider, cost_usd)
values
  (tests.m(201), tests.s(1), 'assistant', 'x', 'late', 0.01),
  (tests.m(202), tests.s(1), 'assistant', 'x', 'late', 0.02);
delete from public.conversation_messages where id = tests.m(202);
select tests.act_as('postgres');
create function pg_temp.rows_of(p_user_id uuid)
returns text
language sql
as $$
  select concat_ws(
    ' ', (select count(*) from private.usage_rollups as r where r.user_id = p_user_id),
    (select count(*) from private.usage_tail as t where t.user_id = p_user_id),
    (select count(*) from private.removed_usage as r where r.user_id = p_user_id),
    (select count(*) from public.usage_daily as u where u.user_id = p_user_id)
  )
$$;
select isnt(pg_temp.rows_of(tests.id_of('owner')), '0 0 0 0', 'the user has rows');
create temporary table fixture as
select
  (select array_agg(u.*::text order by u.*::text) from public.usage_daily as u
   where u.user_id = tests.id_of('other')) as others,
  (select sum(u.cost_usd) from public.usage_daily as u where u.user_id = tests.id_of('owner')) as cost,
  (select sum(u.cost_usd) from public.usage_daily as u where u.brand_id = tests.id_of('brand'))
    as brand_cost;
delete from auth.users where id = tests.id_of('owner');
select is(pg_temp.rows_of(tests.id_of('owner')), '0 0 0 0', 'none when the user is gone');
select is(
  (select sum(u.cost_usd) from public.usage_daily as u where u.user_id is null),
  (select f.cost from fixture as f), 'what the user spent is nobody''s'
);
select is(
  (
    select sum(u.cost_usd) from public.usage_daily as u
    where u.user_id is null and u.brand_id = tests.id_of('brand')
  ), (select f.brand_cost from fixture as f), 'and stays with the brand'
);
select is(
  (
    select array_agg(u.*::text order by u.*::text) from public.usage_daily as u
    where u.user_id = tests.id_of('other')
  ), (select f.others from fixture as f), 'nothing of another user moves'
);
select is(
  (select count(*) from private.removed_usage as r where r.provider = 'late' and r.user_id is null),
  2::bigint, 'nor is the user named beside what was deleted'
);
select is(tests.ledger(), 'daily exact, totals exact', 'every number is where the recount has it');

-- Two users with the same keys: the rows of the second are added to those of the first.
select tests.act_as('postgres');
delete from auth.users where id = tests.id_of('other');
select is(pg_temp.rows_of(tests.id_of('other')), '0 0 0 0', 'a second user goes');
select is(tests.ledger(), 'daily exact, totals exact', 'and adds to what is nobody''s');
select is(
  (
    select count(*) from private.usage_rollups as r
    where r.scope = 'user' and r.user_id is null and r.brand_id is null and r.provider = ''
      and r.reported_by = 'authenticated'
  ), 1::bigint, 'in one row a key'
);

-- What a deletion in repeatable read did not see is nobody's from the next merge on.
insert into private.usage_tail (
  sign, created_at, user_id, provider, reported_by, is_error, cost_source, cost_usd
)
values (1, now(), tests.id_of('other'), 'late', 'service_role', false, 'reported', 1);
insert into private.removed_usage (
  sign, created_at, user_id, provider, reported_by, is_error, cost_source, cost_usd
)
values (1, now(), tests.id_of('other'), 'late', 'service_role', false, 'reported', 1);
select public.merge_usage();
select is(pg_temp.rows_of(tests.id_of('other')), '0 0 0 0', 'what came too late follows');
select is(tests.ledger(), 'daily exact, totals exact', 'and is counted');

select * from finish();
rollback;
