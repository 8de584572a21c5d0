begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/topics.psql
select plan(8);

-- What the Realtime server tries when a client wants to send, and what a call of realtime.send leaves.
create function pg_temp.sends(p_actor text, p_extension text)
returns text
language plpgsql
as $$
declare
  v_answer text;
begin
  perform tests.act_as(p_actor);
  perform set_config('realtime.topic', 'session:' || tests.s(1), true);
  v_answer := tests.error_of(
    format(
      'insert into realtime.messages (topic, extension) values (%L, %L)', 'session:' || tests.s(1),
      p_extension
    )
  );
  perform tests.act_as('postgres');
  return v_answer;
end
$$;
select tests.start(1);
delete from realtime.messages;
select is(pg_temp.sends(a.name, e.name), '42501', a.name || ' sends no ' || e.name)
from unnest('{owner,other,anonymous}'::text[]) as a (name)
cross join unnest('{broadcast,presence}'::text[]) as e (name);

set local client_min_messages = error;
select tests.act_as('owner');
select realtime.send('{}', 'message.inserted', 'session:' || tests.s(1), true);
select is(
  tests.error_of('select private.broadcast(''{a}'', ''{b}'', ''{"{}"}'')'), '42501',
  'nor through the function of the triggers'
);
select tests.act_as('postgres');
select is((select count(*) from realtime.messages), 0::bigint, 'nothing was sent');

select * from finish();
rollback;
