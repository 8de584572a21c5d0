begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(1);

select tests.start(1);
insert into public.session_events (session_id, user_id, from_state, to_state, actor)
values (tests.s(1), tests.id_of('owner'), 'initial', 'planning', tests.id_of('brand_admin'));
delete from auth.users where id = tests.id_of('brand_admin');
select is(
  (select count(*) from public.session_events where session_id = tests.s(1) and actor is null),
  1::bigint, 'the row stays without its actor'
);

select * from finish();
rollback;
