begin;
\ir ../_shared/setup.psql
\ir fixtures.psql
\ir rules.psql
\ir cells.psql
select plan(6);

select is_empty(
  $$ select * from tests.wrong_cells('public.retention_policies', 'select') $$,
  'select: every actor meets what the rules say'
);
select is_empty(
  $$ select * from tests.wrong_cells('public.retention_policies', 'insert') $$,
  'insert: every actor meets what the rules say'
);
select is_empty(
  $$ select * from tests.wrong_cells('public.retention_policies', 'update') $$,
  'update: every actor meets what the rules say'
);
select is_empty(
  $$ select * from tests.wrong_cells('public.retention_policies', 'update all') $$,
  'update all: every actor meets what the rules say'
);
select is_empty(
  $$ select * from tests.wrong_cells('public.retention_policies', 'delete') $$,
  'delete: every actor meets what the rules say'
);
select is_empty(
  $$ select * from tests.wrong_cells('public.retention_policies', 'delete all') $$,
  'delete all: every actor meets what the rules say'
);

select * from finish();
rollback;
