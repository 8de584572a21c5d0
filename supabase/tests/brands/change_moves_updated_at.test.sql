begin;
\ir ../_shared/setup.psql
select plan(2);

insert into public.brands (id, slug, name, created_by, updated_at)
values (
  tests.id_of('nothing'), 'old', 'Old', tests.id_of('owner'), '2026-01-01 00:00:00+00'
);
select tests.act_as('owner');
update public.brands set name = name where id = tests.id_of('nothing');
select is(
  (select updated_at from public.brands where id = tests.id_of('nothing')),
  '2026-01-01 00:00:00+00'::timestamptz, 'the same name does not'
);
update public.brands set name = 'New' where id = tests.id_of('nothing');
select is(
  (select updated_at from public.brands where id = tests.id_of('nothing')), now(), 'a new one does'
);

select * from finish();
rollback;
