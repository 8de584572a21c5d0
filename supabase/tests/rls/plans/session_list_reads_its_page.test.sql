begin;
\ir ../../_shared/setup.psql
\ir plan.psql
select plan(4);

alter table public.conversation_sessions disable trigger user;
insert into public.conversation_sessions (user_id, last_activity_at)
select
  tests.id_of(case when n % 4 = 0 then 'owner' else 'other' end), now() - n * interval '1 minute'
from generate_series(1, 4000) as n;
alter table public.conversation_sessions enable trigger user;
analyze public.conversation_sessions;

create function tests.list_rows(p_times integer)
returns bigint
language plpgsql
as $$
declare
  v_before constant bigint := tests.rows_counted('public.conversation_sessions');
  v_cursor text;
begin
  for i in 1..p_times loop
    select l.cursor into strict v_cursor
    from public.list_sessions(p_cursor => v_cursor) as l
    order by l.last_activity_at, l.id
    limit 1;
  end loop;
  return (tests.rows_counted('public.conversation_sessions') - v_before) / p_times;
end
$$;
create table tests.plans (plan jsonb);
grant select, insert on tests.plans to authenticated;
select tests.act_as('owner');
insert into tests.plans (plan)
select tests.plan_of(
  'select * from public.conversation_sessions order by last_activity_at desc, id desc limit 20',
  true
);
select ok(
  exists (
    select 1
    from tests.nodes_of(p.plan) as n
    where n.node ->> 'Index Name' = 'idx_sessions_user_id'
  ),
  'one''s newest sessions come out of idx_sessions_user_id'
)
from tests.plans as p;
select is_empty(
  $$
    select n.node ->> 'Node Type'
    from tests.plans as p
    cross join tests.nodes_of(p.plan) as n
    where n.node ->> 'Node Type' like '%Sort%'
  $$,
  'in their order'
);
select is(
  tests.rows_read(p.plan, 'conversation_sessions'), 20::numeric, 'and no others are read'
)
from tests.plans as p;

select cmp_ok(tests.list_rows(10), '<=', 21::bigint, 'each page of list_sessions reads 20 rows');

select * from finish();
rollback;
