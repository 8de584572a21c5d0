begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../budgets/money.psql
select plan(10);

select tests.set_budget('brand', 2);
select tests.set_budget('owner', 1);
select tests.act_as('service_role');
select tests.did(tests.spend(2, 1, 0.5));
select tests.did(tests.spend(3, 2, 0.5));
select tests.act_as('owner');
select tests.did(tests.reserve(2, 0.25, 1));
create function pg_temp.status_for(p_actor text, p_brand uuid)
returns text
language plpgsql
as $$
declare
  v_status text;
begin
  perform tests.act_as(p_actor);
  select
    string_agg(
      format(
        '%s %s %s %s %s', s.brand_id = p_brand, s.user_id is null, trim_scale(s.spent_usd),
        trim_scale(s.held_usd), trim_scale(s.remaining_usd)
      ), ', '
    )
  into v_status
  from public.get_budget_status(p_brand) as s;
  return coalesce(v_status, 'none');
exception
  when others then
    get stacked diagnostics v_status = pg_exception_detail;
    return sqlstate || ' ' || v_status;
end
$$;
grant execute on function pg_temp.status_for(text, uuid) to anon, authenticated, service_role;
select is(pg_temp.status_for(a.actor, tests.id_of('brand')), 't t 1 0.25 0.75', a.actor)
from (values ('brand_owner'), ('brand_admin'), ('brand_analyst'), ('service_role')) as a (actor);
select is(
  pg_temp.status_for(a.actor, tests.id_of('brand')), 'PT404 BRAND_NOT_FOUND', 'not ' || a.actor
)
from (values ('owner'), ('other'), ('anonymous')) as a (actor);
select is(
  pg_temp.status_for('brand_owner', tests.id_of('nothing')), 'PT404 BRAND_NOT_FOUND', 'an unknown brand'
);
select is(pg_temp.status_for('service_role', tests.id_of('other_brand')), 'none', 'one without a budget');
select tests.act_as('anon');
select is(
  tests.error_of(format('select public.get_budget_status(%L)', tests.id_of('brand'))), '42501', 'anon'
);

select * from finish();
rollback;
