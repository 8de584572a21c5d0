begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(5);

create function tests.leave(p_actor text)
returns bigint
language sql
as $$
  select tests.act_as(p_actor);
  with gone as (
    delete from public.brand_members where user_id = tests.id_of(p_actor) returning user_id
  )
  select count(*) from gone
$$;
select tests.start(1, 'owner', 'brand');
select is(tests.leave('owner'), 1::bigint, 'a member');
select is(tests.leave('brand_analyst'), 1::bigint, 'an analyst');
select is(tests.leave('brand_admin'), 1::bigint, 'an admin');
select tests.act_as('owner');
select is((select id from public.get_session(tests.s(1))), tests.s(1), 'one''s sessions stay');
select is(
  tests.append(1, jsonb_build_array(tests.msg(1))), '1@1+', 'and can be gone on with'
);

select * from finish();
rollback;
