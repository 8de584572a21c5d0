begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

select tests.start(1, 'owner', 'brand');
select tests.act_as('brand_owner');
select is(
  tests.error_of(format('delete from public.brands where id = %L', tests.id_of('brand'))), '23503',
  'a brand with a session stays'
);
select tests.act_as('postgres');
delete from public.conversation_sessions where id = tests.s(1);
select tests.act_as('brand_owner');
select is(
  tests.error_of(format('delete from public.brands where id = %L', tests.id_of('brand'))), 'ok',
  'an empty one goes'
);
select tests.act_as('postgres');
select is(
  (select count(*) from public.brands where id = tests.id_of('brand')), 0::bigint, 'it is gone'
);

select * from finish();
rollback;
