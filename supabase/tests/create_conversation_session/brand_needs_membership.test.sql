begin;
\ir ../_shared/setup.psql
select plan(11);

create function tests.start_in(p_actor text, p_brand uuid)
returns text
language sql
as $$
  select tests.act_as(p_actor);
  select tests.error_of(format('select public.create_conversation_session(%L)', p_brand))
$$;
select is(tests.start_in('owner', tests.id_of('brand')), 'ok', 'a member may');
select is(tests.start_in('brand_analyst', tests.id_of('brand')), 'ok', 'an analyst may');
select is(tests.start_in('brand_admin', tests.id_of('brand')), 'ok', 'an admin may');
select is(tests.start_in('brand_owner', tests.id_of('brand')), 'ok', 'an owner may');
select is(
  tests.start_in('other', tests.id_of('brand')), 'PT403 FORBIDDEN', 'a stranger may not'
);
select is(
  tests.start_in('anonymous', tests.id_of('brand')), 'PT403 FORBIDDEN', 'an anonymous user may not'
);
select is(
  tests.start_in('other', tests.id_of('nothing')), 'PT403 FORBIDDEN',
  'a brand that does not exist answers the same'
);
select tests.act_as('owner');
create function pg_temp.with_key(p_key text, p_title text)
returns text
language sql
as $$
  select tests.error_of(format(
    'select public.create_conversation_session(%L, %L, p_idempotency_key => %L)', tests.id_of('brand'),
    p_title, p_key
  ))
$$;
select is(pg_temp.with_key('k', 'a'), 'ok', 'a member with a key may');
delete from public.brand_members where user_id = tests.id_of('owner');
select is(
  tests.start_in('owner', tests.id_of('brand')), 'PT403 FORBIDDEN', 'a member who left may not'
);
select is(pg_temp.with_key('k', 'a'), 'ok', 'but repeat the call that made a session');
select is(
  pg_temp.with_key('k', 'b') || ', ' || pg_temp.with_key('l', 'a'),
  'PT409 IDEMPOTENCY_MISMATCH, PT403 FORBIDDEN', 'and no other one'
);

select * from finish();
rollback;
