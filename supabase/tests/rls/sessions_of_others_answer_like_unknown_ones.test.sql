begin;
\ir ../_shared/setup.psql
\ir fixtures.psql
\ir calls.psql
select plan(4);

select set_eq(
  $$
    select p.proname::text
    from pg_proc as p
    where p.pronamespace = 'public'::regnamespace
      and 'p_session_id' = any (p.proargnames)
      and has_function_privilege('authenticated', p.oid, 'execute')
  $$,
  $$ select c.name from tests.session_calls as c where c.name not like 'insert %' $$,
  'calls.psql tries every function that takes p_session_id'
);
-- Personal, in a brand of the caller, and in the trash: each as everybody but their user.
select is_empty(
  $$
    select c.statement, a.actor, r.name, a.foreign_one, a.unknown
    from tests.session_calls as c
    cross join tests.rows as r
    cross join unnest(
      array['other', 'brand_owner', 'brand_admin', 'brand_analyst', 'brand_member', 'anonymous']
    ) as x (actor)
    cross join lateral (
      select
        x.actor,
        tests.full_answer(x.actor, format(c.statement, r.session_id)) as foreign_one,
        tests.full_answer(x.actor, format(c.statement, tests.id_of('nothing'))) as unknown
    ) as a
    where r.name in ('owner_personal', 'owner_in_brand', 'owner_trashed', 'visitor')
      and a.foreign_one is distinct from a.unknown
      -- Owners of the brand read for an incident, and leave an audit row.
      and (c.name, a.actor, r.name)
        <> ('read_session_as_admin', 'brand_owner', 'owner_in_brand')
  $$,
  'a session of somebody else and one that does not exist cannot be told apart'
);
select is_empty(
  $$
    select c.statement, a.answer
    from tests.session_calls as c
    cross join lateral (
      select tests.full_answer('other', format(c.statement, tests.id_of('nothing'))) as answer
    ) as a
    where a.answer not like 'PT404 | % | SESSION_NOT_FOUND | %'
      and c.name not in ('insert an event', 'erase_user_data', 'export_user_data')
  $$,
  'the answer is PT404 SESSION_NOT_FOUND'
);
select is_empty(
  $$
    select c.statement, a.answer
    from tests.session_calls as c
    join tests.rows as r on r.name = 'owner_personal'
    cross join lateral (
      select tests.full_answer('owner', format(c.statement, r.session_id)) as answer
    ) as a
    where a.answer like '%NOT_FOUND%' and c.name <> 'read_session_as_admin'
  $$,
  'their user finds it by every call'
);

select * from finish();
rollback;
