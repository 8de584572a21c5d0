begin;
\ir ../_shared/setup.psql
select plan(8);

create function tests.brands(p_actor text, p_roles text default null)
returns uuid[]
language sql
as $$
  select tests.act_as(p_actor);
  select array(select private.my_brand_ids(p_roles::text[]))
$$;
select is(tests.brands('owner'), array[tests.id_of('brand')], 'a member''s');
select is(tests.brands('owner', '{owner,admin}'), '{}'::uuid[], 'not as owner or admin');
select is(tests.brands('brand_admin', '{owner,admin}'), array[tests.id_of('brand')], 'an admin''s');
select is(tests.brands('brand_admin', '{owner}'), '{}'::uuid[], 'not as owner');
select is(tests.brands('brand_owner', '{owner}'), array[tests.id_of('brand')], 'an owner''s');
select is(tests.brands('other'), array[tests.id_of('other_brand')], 'another user''s');
select is(tests.brands('anonymous'), '{}'::uuid[], 'none');
select set_config('request.jwt.claims', '', true);
select is(array(select private.my_brand_ids()), '{}'::uuid[], 'none without a user');

select * from finish();
rollback;
