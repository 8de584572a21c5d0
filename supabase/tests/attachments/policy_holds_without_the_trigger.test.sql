begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/files.psql
select plan(3);

select tests.start(1), tests.start(2, 'other');
alter table public.attachments disable trigger attachments_20_place;
alter table public.message_feedback disable trigger message_feedback_20_place;
grant insert (user_id, session_id) on public.message_feedback to authenticated;
grant insert (user_id) on public.attachments to authenticated;
select tests.fill(1, 1);
select tests.act_as('owner');
create function pg_temp.attach_for(p_actor text)
returns text
language sql
as $$
  select tests.error_of(format(
    'insert into public.attachments (session_id, user_id, name, size_bytes, mime_type, sha256)
     values (%L, %L, %L, 1, %L, %L)',
    tests.s(1), tests.id_of(p_actor), 'a', 'a/b', tests.hash('a')
  ))
$$;
select is(pg_temp.attach_for('owner'), 'ok', 'a file of oneself');
select is(pg_temp.attach_for('other'), '42501', 'not one of somebody else');
select is(
  tests.error_of(format(
    'insert into public.message_feedback (message_id, session_id, user_id, rating)
     values (%L, %L, %L, %L)', tests.m(1), tests.s(1), tests.id_of('other'), 'up'
  )), '42501', 'nor a rating in the name of somebody else'
);

select * from finish();
rollback;
