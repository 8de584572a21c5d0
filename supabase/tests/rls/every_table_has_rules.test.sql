begin;
\ir ../_shared/setup.psql
\ir rules.psql
select plan(4);

create view tests.relation_verbs as
select format('%I.%I', n.nspname, c.relname) as relation, v.verb
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
cross join unnest(
  case
    when c.relkind in ('v', 'm') then array['select']
    else array['select', 'insert', 'update', 'update all', 'delete', 'delete all']
  end
) as v (verb)
where n.nspname in ('public', 'private')
  and c.relkind in ('r', 'p', 'v', 'm', 'f')
  -- Nobody has a right on a partition; each is reached through its table alone.
  and not c.relispartition
  and not exists (
    select 1
    from pg_depend as d
    where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
  );

select set_eq(
  'select distinct relation, verb from tests.cells',
  'select relation, verb from tests.relation_verbs',
  'rules.psql names every table with every verb, every view with select, and nothing else'
);
select is_empty(
  $$
    select relation, row_name, verb, actor, count(*), count(expected)
    from tests.cells
    group by relation, row_name, verb, actor
    having count(*) <> 1 or count(expected) <> 1
  $$,
  'every actor has one answer for each row and verb'
);
select is_empty(
  $$
    select r.relations, r.row_names, r.verbs, trim(n.actor)
    from tests.rules as r
    cross join unnest(string_to_array(r.answers, ';')) as a (answer)
    cross join unnest(string_to_array(split_part(a.answer, ':', 2), ',')) as n (actor)
    where trim(n.actor) <> 'others' and trim(n.actor) not in (select x.name from tests.actors as x)
  $$,
  'rules.psql names no actor that is not tried'
);

create table private.unruled (id integer);
select set_eq(
  $$
    select distinct v.relation
    from tests.relation_verbs as v
    where not exists (
      select 1 from tests.cells as c where c.relation = v.relation and c.verb = v.verb
    )
  $$,
  array['private.unruled'],
  'a new table without rules is found'
);

select * from finish();
rollback;
