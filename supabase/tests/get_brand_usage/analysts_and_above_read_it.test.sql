begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(9);

select tests.start(1, 'owner', 'brand');
insert into public.conversation_messages (session_id, role, content, provider)
values (tests.s(1), 'assistant', 'a', 'acme');
create function pg_temp.usage(p_actor text, p_brand text default 'brand')
returns text
language plpgsql
as $$
begin
  perform tests.act_as(p_actor);
  return tests.error_of(format(
    'select public.get_brand_usage(%L, current_date, current_date)', tests.id_of(p_brand)
  ));
end
$$;
select is(pg_temp.usage('brand_owner'), 'ok', 'the owner');
select is(pg_temp.usage('brand_admin'), 'ok', 'an admin');
select is(pg_temp.usage('brand_analyst'), 'ok', 'an analyst');
select is(pg_temp.usage('service_role'), 'ok', 'the server');
select is(pg_temp.usage('owner'), 'PT404 BRAND_NOT_FOUND', 'a plain member does not');
select is(pg_temp.usage('other'), 'PT404 BRAND_NOT_FOUND', 'nor a stranger');
select is(pg_temp.usage('brand_owner', 'other_brand'), 'PT404 BRAND_NOT_FOUND', 'another brand''s');
select is(pg_temp.usage('brand_owner', 'nothing'), 'PT404 BRAND_NOT_FOUND', 'an unknown brand''s');
select is(pg_temp.usage('anon'), '42501', 'anon may not ask');

select * from finish();
rollback;
