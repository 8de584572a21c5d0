begin;
\ir ../_shared/setup.psql
select plan(3);

update public.profiles set username = 'taken' where user_id = tests.id_of('other');
select tests.act_as('owner');
select is(
  tests.error_of($$ update public.profiles set username = 'taken' $$), '23505', 'a taken one'
);
select is(tests.error_of($$ update public.profiles set username = 'free' $$), 'ok', 'a free one');
select is(tests.error_of($$ update public.profiles set username = null $$), 'ok', 'none');

select * from finish();
rollback;
