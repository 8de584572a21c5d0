begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(6);

select tests.act_as('owner');
select tests.did(tests.reserve(1, 0.1, 1));
select tests.did(tests.reserve(2, 0.1, 2));
select tests.act_as('service_role');
select tests.did(tests.reserve(2, 0.1, 3));
select tests.did(tests.reserve(4, 0.1, 4));
create function pg_temp.read_by(p_actor text)
returns text
language plpgsql
as $$
declare
  v_read text;
begin
  perform tests.act_as(p_actor);
  select coalesce(string_agg(right(r.id::text, 1), ' ' order by r.id), 'none') into v_read
  from public.budget_reservations as r;
  return v_read;
exception
  when insufficient_privilege then
    return '42501';
end
$$;
select is(pg_temp.read_by('owner'), '1 2 3', 'the user: own ones, the server''s too');
select is(pg_temp.read_by('other'), '4', 'another user');
select is(pg_temp.read_by('brand_owner'), 'none', 'not the owner of the brand');
select is(pg_temp.read_by('brand_analyst'), 'none', 'nor its analyst');
select is(pg_temp.read_by('anon'), '42501', 'nor anon');
select is(pg_temp.read_by('service_role'), '1 2 3 4', 'the server: all');

select * from finish();
rollback;
