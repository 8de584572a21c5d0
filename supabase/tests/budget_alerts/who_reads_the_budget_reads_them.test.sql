begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(7);

select tests.set_budget('owner', 1);
select tests.set_budget('brand', 1);
select tests.act_as('service_role');
select tests.did(tests.spend(2, 1, 2));
create function pg_temp.read_by(p_actor text)
returns text
language plpgsql
as $$
declare
  v_read text;
begin
  perform tests.act_as(p_actor);
  select
    coalesce(string_agg(case when b.user_id is null then 'brand' else 'owner' end, ' ' order by b.user_id), 'none')
  into v_read
  from public.budget_alerts as a
  join public.budgets as b on b.id = a.budget_id;
  return v_read || (select format(' %s', count(*)) from public.budget_alerts);
exception
  when insufficient_privilege then
    return '42501';
end
$$;
select is(pg_temp.read_by('owner'), 'owner 1', 'the user: not the brand''s');
select is(pg_temp.read_by('brand_owner'), 'brand 1', 'the owner of the brand');
select is(pg_temp.read_by('brand_admin'), 'brand 1', 'an admin');
select is(pg_temp.read_by('brand_analyst'), 'brand 1', 'an analyst');
select is(pg_temp.read_by('other'), 'none 0', 'not a stranger');
select is(pg_temp.read_by('anon'), '42501', 'not anon');
select is(pg_temp.read_by('service_role'), 'owner brand 2', 'the server: all');

select * from finish();
rollback;
