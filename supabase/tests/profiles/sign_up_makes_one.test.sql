begin;
\ir ../_shared/setup.psql
select plan(3);

insert into auth.users (instance_id, id, aud, role, email, is_anonymous)
values
  ('00000000-0000-0000-0000-000000000000', tests.id_of('nothing'), 'authenticated',
    'authenticated', 'new@test.example', false);
select is(
  (
    select concat_ws(' ', app_role, metadata, created_at = now(), updated_at = now())
    from public.profiles where user_id = tests.id_of('nothing')
  ), 'user {} t t', 'with its defaults'
);
select is(
  (
    select username is null and display_name is null and last_seen_at is null
    from public.profiles where user_id = tests.id_of('nothing')
  ), true, 'and nothing of the person'
);
delete from auth.users where id = tests.id_of('nothing');
select is(
  (select count(*) from public.profiles where user_id = tests.id_of('nothing')), 0::bigint,
  'it goes with the user'
);

select * from finish();
rollback;
