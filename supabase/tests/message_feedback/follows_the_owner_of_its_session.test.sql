begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(1), tests.start(2);
insert into public.conversation_messages (id, session_id, role, content)
select tests.m(n), tests.s(n), 'user', 'a' from generate_series(1, 2) as n;
insert into public.message_feedback (message_id, rating)
select tests.m(n), 'up' from generate_series(1, 2) as n;
create function pg_temp.seen_by(p_actor text)
returns bigint
language plpgsql
as $$
declare
  v_count bigint;
begin
  perform tests.act_as(p_actor);
  execute 'select count(*) from public.message_feedback' into v_count;
  perform tests.act_as('postgres');
  return v_count;
end
$$;
update public.conversation_sessions set user_id = tests.id_of('other') where id = tests.s(1);
select is(pg_temp.seen_by('other'), 1::bigint, 'the new user has it');
select is(pg_temp.seen_by('owner'), 1::bigint, 'the old one only what is left');
update public.conversation_sessions set user_id = null where id = tests.s(1);
select is(pg_temp.seen_by('service_role'), 1::bigint, 'a session of nobody has no rating');
select is(pg_temp.seen_by('owner'), 1::bigint, 'other sessions are left alone');

select * from finish();
rollback;
