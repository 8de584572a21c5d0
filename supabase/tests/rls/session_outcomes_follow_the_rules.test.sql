begin;
\ir ../_shared/setup.psql
\ir fixtures.psql
\ir rules.psql
\ir cells.psql
select plan(6);

select is_empty(
  $$ select * from tests.wrong_cells('public.session_outcomes', 'select') $$,
  'select: every actor meets what the rules say'
);
select is_empty(
  $$ select * from tests.wrong_cells('public.session_outcomes', 'insert') $$,
  'insert: every actor meets what the rules say'
);
select is_empty(
  $$ select * from tests.wrong_cells('public.session_outcomes', 'update') $$,
  'update: every actor meets what the rules say'
);
select is_empty(
  $$ select * from tests.wrong_cells('public.session_outcomes', 'update all') $$,
  'update all: every actor meets what the rules say'
);
select is_empty(
  $$ select * from tests.wrong_cells('public.session_outcomes', 'delete') $$,
  'delete: every actor meets what the rules say'
);
select is_empty(
  $$ select * from tests.wrong_cells('public.session_outcomes', 'delete all') $$,
  'delete all: every actor meets what the rules say'
);

select * from finish();
rollback;
