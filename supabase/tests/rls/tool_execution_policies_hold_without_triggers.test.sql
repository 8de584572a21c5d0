begin;
\ir ../_shared/setup.psql
\ir fixtures.psql
select plan(6);

-- The triggers set user_id from the session, so only without them is the policy asked.
set constraints all immediate;
alter table public.tool_executions disable trigger user;
grant insert (user_id) on public.tool_executions to authenticated, service_role;
create function tests.insert_as(p_actor text, p_row text, p_user_id uuid)
returns text
language plpgsql
as $$
begin
  perform tests.act_as(p_actor);
  return tests.error_of(
    format(
      'insert into public.tool_executions (session_id, user_id, tool_name)
       values (%L, %L, ''search'')',
      (select r.session_id from tests.rows as r where r.name = p_row), p_user_id
    )
  );
end
$$;

select is(
  tests.insert_as('owner', 'owner_personal', tests.id_of('owner')),
  'ok',
  'a run of oneself is taken'
);
select is(
  tests.insert_as('owner', 'owner_personal', tests.id_of('other')),
  '42501',
  'a run in the name of somebody else is refused'
);
select is(
  tests.insert_as('brand_owner', 'member_in_brand', tests.id_of('brand_member')),
  '42501',
  'a brand owner is refused in the name of a member'
);
select is(
  tests.insert_as('anonymous', 'anonymous_personal', tests.id_of('anonymous')),
  '42501',
  'an anonymous user writes none'
);
select is(
  tests.insert_as('owner', 'visitor', null),
  '42501',
  'a run of nobody is refused'
);
select is(
  tests.insert_as('service_role', 'visitor', null),
  'ok',
  'the server writes for visitors'
);

select * from finish();
rollback;
