begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/realtime.psql
select plan(8);

-- Only who owns the platform's schema can break it: the login of these tests on pglite, and nowhere else.
-- test/server/realtime.test.ts does the same on a server, and takes rights away, which pglite's login needs
-- not.
create function pg_temp.can_break()
returns boolean
language sql
as $$
  select pg_has_role(n.nspowner, 'member') from pg_namespace as n where n.nspname = 'realtime'
$$;

-- Breaks, writes as a user, tells what was written and sent, and undoes it all.
create function pg_temp.written(p_break text)
returns text
language plpgsql
as $$
declare
  v_answer text;
  v_sent text;
begin
  begin
    execute p_break;
    perform tests.act_as('owner');
    insert into public.conversation_messages (id, session_id, role, content)
    values (tests.m(1), tests.s(1), 'user', 'hello');
    update public.conversation_messages set mood = 'calm' where id = tests.m(1);
    update public.conversation_sessions set title = 'Rome' where id = tests.s(1);
    insert into public.conversation_sessions (title) values ('another');
    perform tests.append(1, jsonb_build_array(tests.msg(2)));
    delete from public.conversation_messages where id = tests.m(2);
    select
      format('%s %s %s', string_agg(s.title, ', ' order by s.title), sum(s.message_count), (
        select string_agg(m.content || ' ' || m.mood, ', ') from public.conversation_messages as m
      ))
    into v_answer
    from public.conversation_sessions as s;
    perform tests.act_as('postgres');
    if to_regclass('realtime.messages') is not null then
      select case when count(*) > 0 then ', told' end into v_sent from realtime.messages as m;
    end if;
    raise exception using errcode = 'UNDO0', message = v_answer || coalesce(v_sent, '');
  exception
    when others then
      v_answer := case sqlstate when 'UNDO0' then sqlerrm else sqlstate || ' ' || sqlerrm end;
  end;
  perform tests.act_as('postgres');
  return v_answer;
end
$$;
select tests.start(1);
select tests.told();

set local client_min_messages = error;
select is(pg_temp.written('select'), 'Rome, another 1 hello calm, told', 'whole, it is told');
select
  case
    when pg_temp.can_break() then
      is(pg_temp.written(b.sql), 'Rome, another 1 hello calm', b.about)
    else skip(b.about || ': schema realtime is not ours to break', 1)
  end
from (
  values
    ('no function', 'drop function realtime.send'),
    ('another signature', 'alter function realtime.send rename to send_later'),
    ('a function that raises',
      'create or replace function realtime.send(payload jsonb, event text, topic text, '
      'private boolean default true) returns void language plpgsql as '
      '$f$ begin raise exception ''broken''; end $f$'),
    ('no table', 'alter table realtime.messages rename to messages_before'),
    ('no partition', 'alter table realtime.messages detach partition realtime.messages_default'),
    ('a column that is gone', 'alter table realtime.messages rename column event to name'),
    ('no schema', 'drop schema realtime cascade')
) as b (about, sql);

select * from finish();
rollback;
