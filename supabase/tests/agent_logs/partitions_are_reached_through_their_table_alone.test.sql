begin;
\ir ../_shared/setup.psql
select plan(7);

create view tests.partitions as
select c.oid as id, c.oid::regclass::text as name, c.relrowsecurity, c.relacl, c.relowner
from pg_inherits as i
join pg_class as c on c.oid = i.inhrelid
where i.inhparent in ('public.agent_logs'::regclass, 'public.performance_metrics'::regclass);
-- One made later is like those of the first day.
select private.make_log_partition(t.name, '2031-05-01')
from (values ('agent_logs'), ('performance_metrics')) as t (name);

select cmp_ok(
  (select count(*) from tests.partitions), '>=', 14::bigint,
  'a default one, the month before, this month, three ahead and the one just made'
);
select is_empty(
  $$ select name from tests.partitions where name !~ '^private\.' $$,
  'all stand in the schema that the API does not show'
);
select is_empty('select name from tests.partitions where not relrowsecurity', 'with row security');
select is_empty(
  $$
    select p.name, a.grantee::regrole
    from tests.partitions as p
    cross join aclexplode(coalesce(p.relacl, acldefault('r', p.relowner))) as a
    where a.grantee <> p.relowner
  $$,
  'and without a right for anybody'
);
select is_empty(
  $$
    select p.name
    from tests.partitions as p
    join pg_policy as y on y.polrelid = p.id
  $$,
  'or a policy'
);
create function pg_temp.answer(p_actor text, p_sql text)
returns text
language plpgsql
as $$
declare
  v_answer text;
begin
  perform tests.act_as(p_actor);
  v_answer := tests.error_of(p_sql);
  perform tests.act_as('postgres');
  return v_answer;
end
$$;
select is_empty(
  $$
    select a.name, q.sql, p.name
    from tests.partitions as p
    cross join (
      values ('owner'), ('anonymous'), ('anon'), ('service_role'), ('analyst')
    ) as a (name)
    cross join (
      values ('select from %s'), ('insert into %s default values'), ('delete from %s'),
        ('update %s set created_at = now()'), ('truncate %s')
    ) as q (sql)
    where pg_temp.answer(a.name, format(q.sql, p.name)) <> '42501'
  $$,
  'nobody gets in by its name'
);
alter table private.agent_logs_default disable row level security;
grant select on private.agent_logs_default to service_role;
select is(
  (select relrowsecurity from tests.partitions where name like '%agent_logs_default')::text
  || ' ' || pg_temp.answer('service_role', 'select from private.agent_logs_default'),
  'false ok', 'one that is open would be found'
);

select * from finish();
rollback;
