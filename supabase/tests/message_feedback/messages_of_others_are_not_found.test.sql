begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(6);

select tests.start(1), tests.start(2, 'other'), tests.start(3, 'brand_member', 'brand');
insert into public.conversation_messages (id, session_id, role, content)
select tests.m(n), tests.s(n), 'user', 'a' from generate_series(1, 3) as n;
create function pg_temp.rate(p_message integer)
returns text
language sql
as $$
  select tests.error_of(
    format('insert into public.message_feedback (message_id, rating) values (%L, %L)',
      tests.m(p_message), 'up')
  )
$$;
select tests.act_as('owner');
select is(pg_temp.rate(2), 'PT404 MESSAGE_NOT_FOUND', 'of another user');
select is(pg_temp.rate(4), 'PT404 MESSAGE_NOT_FOUND', 'like one that does not exist');
select tests.act_as('brand_owner');
select is(pg_temp.rate(3), 'PT404 MESSAGE_NOT_FOUND', 'not by the owner of the brand either');
select tests.act_as('service_role');
select is(pg_temp.rate(3), 'ok', 'the server rates');
select is(
  (select f.user_id from public.message_feedback as f), tests.id_of('brand_member'),
  'for the session''s user'
);
select tests.act_as('postgres');
-- The trigger answers first.
alter table public.message_feedback disable trigger message_feedback_20_place;
select is(
  tests.error_of(format(
    'insert into public.message_feedback (message_id, session_id, user_id, rating)
     values (%L, %L, %L, %L)', tests.m(1), tests.s(2), tests.id_of('owner'), 'up'
  )), '23503', 'a message of another session is none'
);

select * from finish();
rollback;
