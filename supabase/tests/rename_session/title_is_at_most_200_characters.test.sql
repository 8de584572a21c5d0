begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(1);
select tests.act_as('owner');
select is(
  (select char_length(title) from public.rename_session(tests.s(1), repeat('é', 200))), 200,
  '200 characters of two bytes'
);
select is(
  tests.error_of(format('select public.rename_session(%L, %L)', tests.s(1), repeat('x', 201))),
  'PT413 TOO_LARGE', '201 characters'
);
select is(
  tests.error_of(format('select public.rename_session(%L, %L)', tests.s(1), repeat('é', 201))),
  'PT413 TOO_LARGE', '201 characters of two bytes'
);
select is(
  (select title from public.get_session(tests.s(1))), repeat('é', 200), 'the old one stays'
);

select * from finish();
rollback;
