begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/streaming.psql
\ir ../_fixtures/realtime.psql
select plan(8);

create function pg_temp.move(p_at text)
returns text[]
language plpgsql
as $$
begin
  update private.message_streams set last_delta_at = p_at::timestamptz;
  return tests.told();
end
$$;
create function pg_temp.grown(p_next integer)
returns text[]
language sql
as $$
  select
    array[format('session:s1 message.progress {next_seq: %s, message_id: m1, session_id: s1}', p_next)]
$$;
select tests.start(1);
select tests.told();

select tests.act_as('owner');
select tests.begin(1);
select is(tests.told(), array[tests.messages('inserted', 'm1', 1, 1), tests.active()], 'it begins');
select tests.idle(1, '10 seconds');
select tests.told();
select public.append_message_delta(tests.m(1), 1, 'Take ');
select is(tests.told(), pg_temp.grown(2), 'a delta of another second than the last');
-- The same second, whatever the clock says.
select tests.act_as('postgres');
select pg_temp.move('2026-01-01 10:00:00.1+00');
select is(pg_temp.move('2026-01-01 10:00:00.9+00'), null, 'two of one second are told once');
select is(pg_temp.move('2026-01-01 10:00:01.0+00'), pg_temp.grown(2), 'the next second');
update public.conversation_messages set content = content || 'an umbrella' where id = tests.m(1);
select is(tests.told(), null, 'the text of a running answer is told by its stream alone');

select tests.act_as('owner');
select count(*) from public.finish_message(tests.m(1), p_input_tokens => 1, p_output_tokens => 1);
select is(tests.told(), array[tests.messages('updated', 'm1', 1, 1)], 'it is whole');

select tests.begin(2);
select tests.idle(2);
select tests.told();
select tests.act_as('service_role');
select public.interrupt_stale_messages();
select is(tests.told(), array[tests.messages('updated', 'm2', 2, 2)], 'it is interrupted');

select tests.act_as('postgres');
insert into public.conversation_sessions (id, user_id) values (tests.s(2), null);
insert into public.conversation_messages (id, session_id, role, content, status)
values (tests.m(3), tests.s(2), 'assistant', '', 'streaming');
insert into private.message_streams (message_id, session_id) values (tests.m(3), tests.s(2));
delete from private.message_streams where message_id <> tests.m(3);
select is(pg_temp.move('2026-01-01 10:00:00+00'), null, 'of a visitor nobody is told');

select * from finish();
rollback;
