begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/realtime.psql
select plan(16);

-- What the user's topic and the session's say of a change.
create function pg_temp.both(p_event text)
returns text[]
language sql
as $$
  select array[tests.sessions('session:s1', p_event), tests.sessions('user:owner', p_event)]
$$;
create function pg_temp.told_of(p_call text)
returns text[]
language plpgsql
as $$
begin
  execute 'select 1 from public.' || replace(p_call, '$1', quote_literal(tests.s(1)));
  return tests.told();
end
$$;

select tests.start(1);
select is(tests.told(), array[tests.sessions('user:owner', 'created')], 'a new one');
select tests.act_as('owner');
insert into public.conversation_sessions (title) values ('by a plain insert');
select is(tests.told(), array[tests.sessions('user:owner', 'created', '?')], 'by its user');
update public.conversation_sessions set title = 'Rome' where id = tests.s(1);
select is(tests.told(), pg_temp.both('updated'), 'a title');
update public.conversation_sessions set title = 'Rome' where id = tests.s(1);
select is(tests.told(), null, 'the same title is no change');
select is(pg_temp.told_of(c.call), pg_temp.both('updated'), c.call)
from (
  values
    ('set_session_state($1, ''gathering'')'), ('pin_session($1, true)'), ('archive_session($1)'),
    ('unarchive_session($1)'), ('delete_session($1)'), ('restore_session($1)'),
    ('complete_conversation_session($1)')
) as c (call);

select tests.act_as('postgres');
update public.conversation_sessions
set total_tokens = total_tokens + 1, updated_at = now(), branch_count = 1
where id = tests.s(1);
select is(tests.told(), null, 'counters are told by what they count');

select tests.start(2), tests.start(3), tests.start(4, 'other');
update public.conversation_sessions set last_activity_at = now() - interval '99 days';
select tests.told();
select tests.act_as('service_role');
select public.archive_old_sessions(30);
select is(
  array(
    select e from unnest(tests.told()) as e where e like 'user:%'
  ),
  array[
    tests.sessions('user:other', 'updated', 's4'),
    tests.sessions('user:owner', 'updated', '?, s2, s3', 3)
  ],
  'many of one statement: one event a user'
);

select tests.act_as('postgres');
update public.conversation_sessions set user_id = tests.id_of('other') where id = tests.s(1);
select is(
  tests.told(),
  array[
    tests.sessions('session:s1', 'updated'),
    tests.sessions('user:other', 'created'),
    tests.sessions('user:owner', 'deleted')
  ],
  'one that changes hands goes for one and comes for the other'
);
delete from public.conversation_sessions where id in (tests.s(1), tests.s(4));
select is(
  tests.told(),
  array[
    tests.sessions('session:s1', 'deleted'),
    tests.sessions('session:s4', 'deleted', 's4'),
    tests.sessions('user:other', 'deleted', 's1, s4', 2)
  ],
  'deleted ones, with all that they hold'
);
select tests.fill(2, 2);
select tests.told();
delete from auth.users where id = tests.id_of('owner');
select is(tests.told(), null, 'of a user who goes nothing is sent');

select * from finish();
rollback;
