begin;
\ir ../_shared/setup.psql
select plan(4);

select tests.act_as('owner');
create temp table made (id uuid);
with inserted as (
  insert into public.brands (slug, name) values ('mine', 'Mine') returning id, created_by
)
insert into made select id from inserted;
select is(
  (select created_by from public.brands where id = (select id from made)), tests.id_of('owner'),
  'it is the maker''s'
);
select is(
  (
    select array_agg(concat_ws(' ', user_id, role)) from public.brand_members
    where brand_id = (select id from made)
  ), array[tests.id_of('owner') || ' owner'], 'who is its only member, as owner'
);
select tests.act_as('service_role');
insert into public.brands (id, slug, name, created_by)
values
  (tests.id_of('nothing'), 'from-server', 'From the server', tests.id_of('other'));
select is(
  (select user_id from public.brand_members where brand_id = tests.id_of('nothing')),
  tests.id_of('other'), 'made by the server: the one it names'
);
insert into public.brands (slug, name, created_by) values ('nobodys', 'Nobody''s', null);
select is(
  (
    select count(*) from public.brand_members as m
    join public.brands as b on b.id = m.brand_id
    where b.slug = 'nobodys'
  ), 0::bigint, 'for nobody: no member'
);

select * from finish();
rollback;
