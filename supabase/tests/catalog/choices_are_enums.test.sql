begin;
\ir ../_shared/setup.psql
\ir objects.psql
select plan(2);

create view tests.findings as
select c.conname::text as name
from pg_constraint as c
join tests.relations as r on r.id = c.conrelid
where c.contype = 'c'
  and pg_get_constraintdef(c.oid) ~ '= ANY \(\(?ARRAY\[''[^'']*''::text|= ''[^'']*''::text\)+ OR '
union all
-- A text column with the name of one that is an enum.
select format('%s.%s', c.relation, c.name)
from tests.columns as c
where c.type = 'text' and c.kind = 'table'
  and c.name in (
    select a.attname
    from tests.relations as r
    join pg_attribute as a on a.attrelid = r.id
    join pg_type as t on t.oid = a.atttypid
    where r.kind = 'table' and t.typtype = 'e'
  );

select is_empty('select * from tests.findings', 'what is one of a few words is an enum');

create table private.choosy (
  kind text constraint one_of check (kind in ('a', 'b')),
  side text constraint either check (side = 'left' or side = 'right'),
  state text
);
select set_eq(
  'select * from tests.findings',
  array['one_of', 'either', 'private.choosy.state'],
  'a text that is one of a few words is found'
);

select * from finish();
rollback;
