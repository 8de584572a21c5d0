begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(10);

select tests.start(1);
select tests.start(2);
select tests.start(3);
select tests.start(4);
select tests.act_as('owner');
select public.log_turn(tests.s(1), tests.m(1), 'q', 'a');
select public.complete_conversation_session(tests.s(1));
select public.cancel_conversation_session(tests.s(2));
select tests.act_as('postgres');
update public.conversation_sessions set archived_at = now() where id = tests.s(3);
update public.conversation_sessions set deleted_at = now() where id = tests.s(4);
create function pg_temp.turn(p_session integer, p_n integer)
returns text
language sql
as $$
  select tests.error_of(
    format('select public.log_turn(%L, %L, %L, %L)', tests.s(p_session), tests.m(p_n), 'q', 'a')
  )
$$;
select tests.act_as('owner');
select is(pg_temp.turn(1, 11), 'PT409 SESSION_CLOSED', 'delivered');
select is(pg_temp.turn(2, 12), 'PT409 SESSION_CLOSED', 'cancelled');
select is(pg_temp.turn(3, 13), 'PT409 SESSION_CLOSED', 'archived');
select is(pg_temp.turn(4, 14), 'PT409 SESSION_CLOSED', 'in the trash');
select is(pg_temp.turn(1, 1), 'ok', 'a turn that it has already is answered');
select tests.act_as('service_role');
select is(pg_temp.turn(1, 11), 'ok', 'delivered, by the server');
select is(pg_temp.turn(2, 12), 'ok', 'cancelled, by the server');
select is(pg_temp.turn(3, 13), 'ok', 'archived, by the server');
select is(pg_temp.turn(4, 14), 'ok', 'in the trash, by the server');
select is(
  (
    select string_agg(distinct concat_ws(' ', m.user_id = tests.id_of('owner'), m.reported_by), ', ')
    from public.conversation_messages as m where m.session_id = tests.s(4)
  ), 't service_role', 'the messages are the user''s, as the server reports'
);

select * from finish();
rollback;
