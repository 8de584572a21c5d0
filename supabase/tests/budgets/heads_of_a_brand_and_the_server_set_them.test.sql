begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir money.psql
select plan(14);

create function pg_temp.set_by(p_actor text, p_user text, p_brand text)
returns text
language plpgsql
as $$
begin
  perform tests.act_as(p_actor);
  insert into public.budgets (user_id, brand_id, period, hard_limit_usd)
  values (tests.id_of(p_user), tests.id_of(p_brand), 'day', 1);
  -- Undone, so that the next actor sets the same.
  raise exception using errcode = 'UNDO0';
exception
  when others then
    return case sqlstate when 'UNDO0' then 'ok' else sqlstate end;
end
$$;
select is(pg_temp.set_by('brand_owner', null, 'brand'), 'ok', 'the owner, of the brand');
select is(pg_temp.set_by('brand_admin', null, 'brand'), 'ok', 'an admin');
select is(pg_temp.set_by('brand_analyst', null, 'brand'), '42501', 'not an analyst');
select is(pg_temp.set_by('owner', null, 'brand'), '42501', 'not a member');
select is(pg_temp.set_by('other', null, 'brand'), '42501', 'not a stranger');
select is(pg_temp.set_by('anonymous', null, 'brand'), '42501', 'not an anonymous user');
select is(pg_temp.set_by('anon', null, 'brand'), '42501', 'not anon');
select is(pg_temp.set_by('service_role', null, 'brand'), 'ok', 'the server');
select is(pg_temp.set_by('owner', 'owner', null), '42501', 'of a user: not the user');
select is(pg_temp.set_by('other', 'owner', null), '42501', 'not another user');
select is(pg_temp.set_by('brand_owner', 'owner', null), '42501', 'not the owner of the user''s brand');
select is(
  pg_temp.set_by('brand_owner', 'owner', 'brand'), '42501', 'not beside a brand of one''s own'
);
select is(pg_temp.set_by('service_role', 'owner', null), 'ok', 'the server');
select tests.act_as('brand_owner');
select is(
  tests.error_of(format(
    'insert into public.budgets (id, brand_id, period, hard_limit_usd) values (%L, %L, ''day'', 1)',
    tests.id_of('nothing'), tests.id_of('brand')
  )), '42501', 'the id is the database''s to give'
);

select * from finish();
rollback;
