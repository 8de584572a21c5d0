begin;
\ir ../_shared/setup.psql
\ir ../catalog/objects.psql
\ir decisions.psql
select plan(3);

select is_empty(
  $$
    select r.relation
    from tests.relations as r
    where r.kind in ('table', 'view') and not r.is_partition
    except
    select d.relation from tests.decisions as d
  $$,
  'every table and view has a decision'
);
select is_empty(
  $$
    select d.relation from tests.decisions as d
    except
    select r.relation from tests.relations as r where r.kind in ('table', 'view')
  $$,
  'every decision is about one that exists'
);
select is_empty(
  $$
    select d.relation, d.is_read
    from tests.decisions as d
    where d.is_read is distinct from (tests.answer_to_analyst('select from ' || d.relation) = 'ok')
  $$,
  'and says what analysts meet'
);

select * from finish();
rollback;
