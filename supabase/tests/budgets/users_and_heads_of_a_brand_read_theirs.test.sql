begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir money.psql
select plan(9);

select tests.set_budget('owner', 1);
select tests.set_budget('other', 1);
select tests.set_budget('brand', 1);
select tests.set_budget('brand', 9, null, 'month');
select tests.set_budget('other_brand', 1);
create function pg_temp.read_by(p_actor text)
returns text
language plpgsql
as $$
declare
  v_read text;
begin
  perform tests.act_as(p_actor);
  select
    string_agg(
      case
        when b.user_id = tests.id_of('owner') then 'owner'
        when b.user_id = tests.id_of('other') then 'other'
        when b.brand_id = tests.id_of('brand') then 'brand'
        when b.brand_id = tests.id_of('other_brand') then 'other_brand'
      end || '/' || b.period, ' ' order by b.brand_id nulls first, b.user_id, b.period
    )
  into v_read
  from public.budgets as b;
  return coalesce(v_read, 'none');
exception
  when insufficient_privilege then
    return '42501';
end
$$;
select is(pg_temp.read_by('owner'), 'owner/day', 'a member of the brand: their own alone');
select is(pg_temp.read_by('other'), 'other/day other_brand/day', 'a stranger: theirs');
select is(pg_temp.read_by('brand_owner'), 'brand/day brand/month', 'the owner of the brand');
select is(pg_temp.read_by('brand_admin'), 'brand/day brand/month', 'an admin');
select is(pg_temp.read_by('brand_analyst'), 'brand/day brand/month', 'an analyst');
select is(pg_temp.read_by('brand_member'), 'none', 'a member without a budget');
select is(pg_temp.read_by('anonymous'), 'none', 'an anonymous user');
select is(pg_temp.read_by('anon'), '42501', 'anon');
select is(
  pg_temp.read_by('service_role'), 'owner/day other/day brand/day brand/month other_brand/day',
  'the server: all'
);

select * from finish();
rollback;
