begin;
\ir ../_shared/setup.psql
select plan(4);

create function tests.added(p_actor text, p_user text)
returns text
language sql
as $$
  select tests.act_as(p_actor);
  select tests.error_of(format(
    'insert into public.brand_members (brand_id, user_id) values (%L, %L)', tests.id_of('brand'),
    tests.id_of(p_user)
  ))
$$;
select is(tests.added('brand_owner', 'anonymous'), 'PT403 FORBIDDEN', 'by an owner');
select is(tests.added('service_role', 'anonymous'), 'PT403 FORBIDDEN', 'by the server');
select is(tests.added('brand_owner', 'other'), 'ok', 'a signed-up user joins');
select tests.act_as('postgres');
update auth.users set is_anonymous = false, email = 'new@test.example'
where id = tests.id_of('anonymous');
select is(tests.added('brand_owner', 'anonymous'), 'ok', 'and an anonymous one after signing up');

select * from finish();
rollback;
