begin;
\ir ../_shared/setup.psql
select plan(4);

-- created_by is not a column that users may write, so only with it is the policy asked.
grant insert (created_by) on public.brands to authenticated;
create function tests.make_brand(p_created_by uuid)
returns text
language sql
as $$
  select tests.error_of(
    format('insert into public.brands (slug, name, created_by) values (''made'', ''Made'', %L)',
           p_created_by)
  )
$$;

select tests.act_as('owner');
select is(tests.make_brand(tests.id_of('other')), '42501', 'in the name of somebody else: refused');
select is(tests.make_brand(null), '42501', 'in the name of nobody: refused');
select is(tests.make_brand(tests.id_of('owner')), 'ok', 'in one''s own name: made');
select tests.act_as('postgres');
select results_eq(
  $$
    select m.user_id, m.role::text
    from public.brand_members as m
    join public.brands as b on b.id = m.brand_id
    where b.slug = 'made'
  $$,
  $$ values (tests.id_of('owner'), 'owner') $$,
  'the maker is its one member, as owner'
);

select * from finish();
rollback;
