begin;
\ir ../_shared/setup.psql
select plan(6);

select tests.act_as('owner');
update public.profiles
set username = 'me', display_name = 'Me', metadata = '{"a": 1}', last_seen_at = now();
select is(
  (
    select concat_ws(' ', username, display_name, metadata, last_seen_at = now())
    from public.profiles
  ), 'me Me {"a": 1} t', 'name, display name, metadata, last seen'
);
select is(
  tests.error_of($$ update public.profiles set app_role = 'admin' $$), '42501', 'but not the role'
);
select is(
  tests.error_of(
    format('insert into public.profiles (user_id) values (%L)', tests.id_of('anonymous'))
  ), '42501', 'nor make one'
);
select is(tests.error_of('delete from public.profiles'), '42501', 'nor delete it');
select tests.act_as('postgres');
select is(
  (select count(*) from public.profiles where username = 'me'), 1::bigint,
  'nobody else''s was changed'
);
select tests.act_as('service_role');
update public.profiles set app_role = 'admin' where user_id = tests.id_of('owner');
select is(
  (select app_role from public.profiles where user_id = tests.id_of('owner')), 'admin',
  'the server gives the role'
);

select * from finish();
rollback;
