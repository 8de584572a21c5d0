begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir money.psql
select plan(20);

select tests.set_budget('owner', 1);
select tests.set_budget('brand', 1);
create function pg_temp.done_by(p_actor text, p_verb text, p_owner text)
returns text
language plpgsql
as $$
declare
  v_rows bigint;
begin
  perform tests.act_as(p_actor);
  execute format(
    case p_verb
      when 'update' then 'update public.budgets set hard_limit_usd = 2, soft_limit_usd = 1'
      else 'delete from public.budgets'
    end || ' where %L in (user_id, brand_id)', tests.id_of(p_owner)
  );
  get diagnostics v_rows = row_count;
  raise exception using errcode = 'UNDO0';
exception
  when others then
    return case sqlstate when 'UNDO0' then v_rows || ' rows' else sqlstate end;
end
$$;
select is(pg_temp.done_by(a.actor, v.verb, 'brand'), a.brand, v.verb || ' the brand''s: ' || a.actor)
from (
  values
    ('brand_owner', '1 rows'), ('brand_admin', '1 rows'), ('brand_analyst', '0 rows'),
    ('owner', '0 rows'), ('other', '0 rows'), ('service_role', '1 rows')
) as a (actor, brand)
cross join (values ('update'), ('delete')) as v (verb);
select is(pg_temp.done_by(a.actor, v.verb, 'owner'), a.own, v.verb || ' the user''s: ' || a.actor)
from (values ('owner', '0 rows'), ('brand_owner', '0 rows'), ('service_role', '1 rows')) as a (actor, own)
cross join (values ('update'), ('delete')) as v (verb);
select tests.act_as('brand_owner');
select is(
  tests.error_of('update public.budgets set period = ''month'''), '42501', 'the period stays'
);
select is(
  tests.error_of('update public.budgets set user_id = auth.uid(), brand_id = null'), '42501',
  'and the owner'
);

select * from finish();
rollback;
