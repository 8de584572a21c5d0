-- Columns: initial, gathering, clarifying, planning, awaiting_approval, executing, reviewing,
-- delivered, cancelled.
begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/moves.psql
select plan(4);

create function pg_temp.row_of(p_from text)
returns text
language sql
as $$
  select tests.moves_from(p_from, 'service_role', 'select public.set_session_state(%L, %L)')
$$;
select is(pg_temp.row_of('initial'), '= y y y . y . y y', 'out of initial');
select is(pg_temp.row_of('awaiting_approval'), '. . y y = y . y y', 'out of awaiting_approval');
select is(pg_temp.row_of('delivered'), '. . . . . . . = .', 'out of delivered');
select is(pg_temp.row_of('cancelled'), '. . . . . . . . =', 'out of cancelled');

select * from finish();
rollback;
