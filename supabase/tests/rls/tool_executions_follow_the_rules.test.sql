begin;
\ir ../_shared/setup.psql
\ir fixtures.psql
\ir rules.psql
\ir cells.psql
select plan(6);

select is_empty(
  $$ select * from tests.wrong_cells('public.tool_executions', 'select') $$,
  'select: every actor meets what the rules say'
);
select is_empty(
  $$ select * from tests.wrong_cells('public.tool_executions', 'insert') $$,
  'insert: every actor meets what the rules say'
);
select is_empty(
  $$ select * from tests.wrong_cells('public.tool_executions', 'update') $$,
  'update: every actor meets what the rules say'
);
select is_empty(
  $$ select * from tests.wrong_cells('public.tool_executions', 'update all') $$,
  'update all: every actor meets what the rules say'
);
select is_empty(
  $$ select * from tests.wrong_cells('public.tool_executions', 'delete') $$,
  'delete: every actor meets what the rules say'
);
select is_empty(
  $$ select * from tests.wrong_cells('public.tool_executions', 'delete all') $$,
  'delete all: every actor meets what the rules say'
);

select * from finish();
rollback;
