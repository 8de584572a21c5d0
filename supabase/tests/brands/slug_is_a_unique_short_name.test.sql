begin;
\ir ../_shared/setup.psql
select plan(4);

select tests.act_as('service_role');
create function pg_temp.with_slug(p_slug text)
returns text
language sql
as $$
  select tests.error_of(
    format('insert into public.brands (slug, name) values (%L, %L)', p_slug, 'Name')
  )
$$;
select is(
  (
    select string_agg(quote_nullable(s), ', ')
    from unnest(
      array['', '-a', 'a-', 'a--b', 'A', 'a_b', 'a b', 'é', 'a.b', E'a\n', repeat('a', 64)]
    ) as s
    where pg_temp.with_slug(s) <> '23514'
  ), null, 'what is refused'
);
select is(
  (
    select string_agg(s, ', ')
    from unnest(array['a', '1', 'a-b', 'a1-2b-c', repeat('a', 63)]) as s
    where pg_temp.with_slug(s) <> 'ok'
  ), null, 'what is taken'
);
select is(pg_temp.with_slug('test-brand'), '23505', 'a slug that is taken');
select is(pg_temp.with_slug(null), '23502', 'none');

select * from finish();
rollback;
