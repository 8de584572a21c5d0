begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(6);

select tests.start(1, 'other', 'other_brand');
select tests.start(2);
select tests.start(3, 'owner', 'brand');
update public.conversation_sessions set deleted_at = now() where id = tests.s(2);
create function tests.got(p_actor text, p_id uuid)
returns text
language sql
as $$
  select tests.act_as(p_actor);
  select tests.error_of(format('select public.get_session(%L)', p_id))
$$;
select is(tests.got('owner', tests.s(1)), 'PT404 SESSION_NOT_FOUND', 'another user''s session');
select is(tests.got('owner', tests.s(2)), 'PT404 SESSION_NOT_FOUND', 'a session in the trash');
select is(tests.got('owner', tests.id_of('nothing')), 'PT404 SESSION_NOT_FOUND', 'an unknown id');
select is(tests.got('owner', null), 'PT404 SESSION_NOT_FOUND', 'no id');
select tests.act_as('postgres');
select is(
  tests.got('brand_owner', tests.s(3)), 'PT404 SESSION_NOT_FOUND', 'a member''s, for a brand owner'
);
select is(tests.got('owner', tests.s(3)), 'ok', 'one''s own');

select * from finish();
rollback;
