begin;
\ir ../_shared/setup.psql
select plan(6);

create function tests.make_brand()
returns text
language sql
as $$
  select tests.error_of($sql$ insert into public.brands (slug, name) values ('made', 'Made') $sql$)
$$;

select tests.act_as('anonymous');
select is(tests.make_brand(), '42501', 'an anonymous user makes no brand');
select is(
  tests.error_of(
    $$
      insert into public.conversation_sessions (user_id, brand_id)
      values (auth.uid(), tests.id_of('brand'))
    $$
  ),
  '42501',
  'nor a session in one'
);
select is(
  tests.error_of(
    $$ select public.create_conversation_session(p_brand_id => tests.id_of('brand')) $$
  ),
  'PT403 FORBIDDEN',
  'nor by rpc'
);

select tests.act_as('brand_owner');
select is(
  tests.error_of(
    $$
      insert into public.brand_members (brand_id, user_id)
      values (tests.id_of('brand'), tests.id_of('anonymous'))
    $$
  ),
  'PT403 FORBIDDEN',
  'an owner cannot add an anonymous user'
);
select tests.act_as('postgres');
select is_empty(
  $$ select 1 from public.brand_members where user_id = tests.id_of('anonymous') $$,
  'an anonymous user is member of nothing'
);

-- A token of a provider that knows no anonymous users.
select tests.act_as('owner');
select set_config(
  'request.jwt.claims',
  json_build_object('sub', tests.id_of('owner'), 'role', 'authenticated')::text,
  true
);
select is(tests.make_brand(), 'ok', 'a token without the claim is not taken for anonymous');

select * from finish();
rollback;
