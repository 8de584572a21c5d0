begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(2);

select tests.act_as('owner');
insert into public.brands (slug, name) values ('alone', 'Alone');
select is(tests.error_of('select public.erase_user_data()'), 'ok', 'nobody is kept for a brand');
select tests.act_as('postgres');
select is(
  (
    select count(m.user_id)
    from public.brands as b
    left join public.brand_members as m on m.brand_id = b.id
    where b.slug = 'alone'
  ), 0::bigint, 'which stays without an owner'
);

select * from finish();
rollback;
