begin;
\ir ../_shared/setup.psql
\ir fixtures.psql
\ir rules.psql
\ir cells.psql
select plan(6);

select is_empty(
  $$ select * from tests.wrong_cells('private.rate_limits', 'select') $$,
  'select: every actor meets what the rules say'
);
select is_empty(
  $$ select * from tests.wrong_cells('private.rate_limits', 'insert') $$,
  'insert: every actor meets what the rules say'
);
select is_empty(
  $$ select * from tests.wrong_cells('private.rate_limits', 'update') $$,
  'update: every actor meets what the rules say'
);
select is_empty(
  $$ select * from tests.wrong_cells('private.rate_limits', 'update all') $$,
  'update all: every actor meets what the rules say'
);
select is_empty(
  $$ select * from tests.wrong_cells('private.rate_limits', 'delete') $$,
  'delete: every actor meets what the rules say'
);
select is_empty(
  $$ select * from tests.wrong_cells('private.rate_limits', 'delete all') $$,
  'delete all: every actor meets what the rules say'
);

select * from finish();
rollback;
