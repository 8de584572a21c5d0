begin;
\ir ../_shared/setup.psql
\ir fixtures.psql
\ir rules.psql
\ir cells.psql
select plan(6);

select is_empty(
  $$ select * from tests.wrong_cells('public.redaction_patterns', 'select') $$,
  'select: every actor meets what the rules say'
);
select is_empty(
  $$ select * from tests.wrong_cells('public.redaction_patterns', 'insert') $$,
  'insert: every actor meets what the rules say'
);
select is_empty(
  $$ select * from tests.wrong_cells('public.redaction_patterns', 'update') $$,
  'update: every actor meets what the rules say'
);
select is_empty(
  $$ select * from tests.wrong_cells('public.redaction_patterns', 'update all') $$,
  'update all: every actor meets what the rules say'
);
select is_empty(
  $$ select * from tests.wrong_cells('public.redaction_patterns', 'delete') $$,
  'delete: every actor meets what the rules say'
);
select is_empty(
  $$ select * from tests.wrong_cells('public.redaction_patterns', 'delete all') $$,
  'delete all: every actor meets what the rules say'
);

select * from finish();
rollback;
