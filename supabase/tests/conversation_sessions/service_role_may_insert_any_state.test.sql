begin;
\ir ../_shared/setup.psql
select plan(2);

select tests.act_as('service_role');
insert into public.conversation_sessions (user_id, state)
select tests.id_of('owner'), s from unnest(enum_range(null::public.session_state)) as s;
select is(
  (select count(distinct state) from public.conversation_sessions
  where user_id = tests.id_of('owner')),
  9::bigint, 'all nine'
);
select is(
  (
    select array_agg(state order by state) from public.conversation_sessions
    where user_id = tests.id_of('owner') and completed_at is not null
  ), array['delivered', 'cancelled']::public.session_state[], 'the final ones are completed'
);

select * from finish();
rollback;
