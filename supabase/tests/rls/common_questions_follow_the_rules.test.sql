begin;
\ir ../_shared/setup.psql
\ir fixtures.psql
\ir rules.psql
\ir cells.psql
select plan(1);

select is_empty(
  $$ select * from tests.wrong_cells('public.common_questions', 'select') $$,
  'select: every actor meets what the rules say'
);

select * from finish();
rollback;
