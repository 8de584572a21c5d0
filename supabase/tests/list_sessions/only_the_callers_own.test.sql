begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(1);
select tests.start(2, 'owner', 'brand');
select tests.start(3, 'other', 'other_brand');
create function tests.listed(p_actor text)
returns bigint
language sql
as $$
  select tests.act_as(p_actor);
  select count(*) from public.list_sessions()
$$;
select is(tests.listed('owner'), 2::bigint, 'the owner''s two');
select is(tests.listed('other'), 1::bigint, 'the other''s one');
select is(tests.listed('brand_owner'), 0::bigint, 'a brand owner lists no member''s');
select is(tests.listed('anonymous'), 0::bigint, 'an anonymous user without any');

select * from finish();
rollback;
