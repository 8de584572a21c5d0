begin;
\ir ../_shared/setup.psql
\ir fixtures.psql
select plan(3);

create function tests.listed(p_actor text, p_brand text default null)
returns text[]
language plpgsql
as $$
declare
  v_names text[];
begin
  perform tests.act_as(p_actor);
  select array_agg(r.name order by r.name) into v_names
  from public.list_sessions(p_brand_id => tests.id_of(p_brand)) as l
  join tests.rows as r on r.session_id = l.id;
  return v_names;
end
$$;

select is(
  tests.listed('owner'),
  array['owner_former', 'owner_in_brand', 'owner_personal'],
  'a user lists the own sessions, without the trash'
);
select is(
  tests.listed('brand_admin', 'brand'),
  array['admin_in_brand'],
  'an admin who asks for the brand lists the own sessions in it'
);
select is(public.count_sessions(), 1::bigint, 'count_sessions counts the same');

select * from finish();
rollback;
