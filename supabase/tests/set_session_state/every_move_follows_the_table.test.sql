-- Columns: initial, gathering, clarifying, planning, awaiting_approval, executing, reviewing,
-- delivered, cancelled.
begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/moves.psql
select plan(9);

create function pg_temp.row_of(p_from text)
returns text
language sql
as $$
  select tests.moves_from(p_from, 'owner', 'select public.set_session_state(%L, %L)')
$$;
select is(pg_temp.row_of('initial'), '= y y y . y . y y', 'out of initial');
select is(pg_temp.row_of('gathering'), '. = y y . y . y y', 'out of gathering');
select is(pg_temp.row_of('clarifying'), '. y = y . y . y y', 'out of clarifying');
select is(pg_temp.row_of('planning'), '. y y = y y . y y', 'out of planning');
select is(pg_temp.row_of('awaiting_approval'), '. . y y = y . y y', 'out of awaiting_approval');
select is(pg_temp.row_of('executing'), '. . y y y = y y y', 'out of executing');
select is(pg_temp.row_of('reviewing'), '. . y y . y = y y', 'out of reviewing');
select is(pg_temp.row_of('delivered'), '. . . . . . . = .', 'out of delivered');
select is(pg_temp.row_of('cancelled'), '. . . . . . . . =', 'out of cancelled');

select * from finish();
rollback;
