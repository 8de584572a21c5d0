begin;
\ir ../_shared/setup.psql
select plan(4);

select is(
  (select count(*) from public.profiles where user_id = tests.id_of('anonymous')), 0::bigint,
  'none at first'
);
update auth.users set updated_at = now() where id = tests.id_of('anonymous');
select is(
  (select count(*) from public.profiles where user_id = tests.id_of('anonymous')), 0::bigint,
  'nor by any change'
);
update auth.users set is_anonymous = false, email = 'new@test.example'
where id = tests.id_of('anonymous');
select is(
  (select count(*) from public.profiles where user_id = tests.id_of('anonymous')), 1::bigint,
  'one when the user signs up'
);
update auth.users set is_anonymous = true where id = tests.id_of('anonymous');
update auth.users set is_anonymous = false where id = tests.id_of('anonymous');
select is(
  (select count(*) from public.profiles where user_id = tests.id_of('anonymous')), 1::bigint,
  'never two'
);

select * from finish();
rollback;
