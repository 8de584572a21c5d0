begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/doctor.psql
select plan(4);

drop function public.get_latest_message(uuid);
alter table public.brands alter column name set default 'x';
create or replace function private.own_names()
returns table (file text, kind text, name text)
language sql
immutable
set search_path = ''
as $$ values ('1000_upgrade', 'table', 'public.upgraded') $$;
create table public.upgraded (id integer);
select matches(
  tests.failing(), 'columns: changed.*\nfunctions: changed.*missing: public\.get_latest_message', 'what went is seen'
);
select matches(
  tests.failing(), 'remembered: table public\.upgraded is not remembered', 'and what came'
);
select private.remember_objects();
select is(tests.failing(true), 'well', 'once it is remembered all is well');
select matches(
  tests.said_of('drop table public.upgraded'), 'tables: missing: public\.upgraded\.',
  'and what came is looked after'
);

select * from finish();
rollback;
