begin;
\ir ../_shared/setup.psql
\ir fixtures.psql
\ir calls.psql
select plan(2);

select is_empty(
  $$
    select c.statement, a.answer, c.of_trash
    from tests.session_calls as c
    join tests.rows as r on r.name = 'owner_trashed'
    cross join lateral (
      select tests.full_answer('owner', format(c.statement, r.session_id)) as answer
    ) as a
    where c.of_trash <> case
      when a.answer like 'PT%'
        then split_part(a.answer, ' | ', 1) || ' ' || split_part(a.answer, ' | ', 3)
      else split_part(a.answer, ' | ', 1)
    end
  $$,
  'its user meets PT404, and PT409 SESSION_CLOSED on a new turn'
);
select is_empty(
  $$
    select c.statement, a.trashed, a.unknown
    from tests.session_calls as c
    join tests.rows as r on r.name = 'owner_trashed'
    cross join lateral (
      select
        tests.full_answer('owner', format(c.statement, r.session_id)) as trashed,
        tests.full_answer('owner', format(c.statement, tests.id_of('nothing'))) as unknown
    ) as a
    where c.of_trash like 'PT404%' and a.trashed is distinct from a.unknown
  $$,
  'a session in the trash and one that does not exist cannot be told apart'
);

select * from finish();
rollback;
