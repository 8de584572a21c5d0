begin;
\ir ../_shared/setup.psql
select plan(3);

select is(
  tests.error_of(
    format('insert into public.profiles (user_id) values (%L)', tests.id_of('nothing'))
  ), '23503', 'an unknown user'
);
select is(
  tests.error_of(
    format('insert into public.profiles (user_id) values (%L)', tests.id_of('owner'))
  ), '23505', 'a user twice'
);
select is(
  (
    select array_agg(attname::text order by attname)
    from pg_attribute
    where attrelid = 'public.profiles'::regclass and attnum > 0 and attnotnull
  ), array['app_role', 'created_at', 'metadata', 'updated_at', 'user_id'], 'these are never null'
);

select * from finish();
rollback;
