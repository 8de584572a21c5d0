begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(25);

create function pg_temp.hits(p_query text)
returns text
language sql
as $$
  select
    coalesce(
      string_agg(tests.number_of(f.message_id), ' ' order by tests.number_of(f.message_id) collate "C"),
      'none'
    )
  from public.search_messages(p_query) as f
$$;
create function pg_temp.indexed()
returns bigint
language sql
security definer
as $$ select count(*) from public.message_search $$;

select tests.start(1), tests.start(2, 'other');
select tests.act_as('owner');
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(1), tests.s(1), 'user', 'inserted zebra');
select is(pg_temp.hits('zebra'), '1', 'a plain insert');
select tests.append(1, jsonb_build_array(
  tests.msg(2, '{"content": "appended zebra"}'), tests.msg(3, '{"content": ""}')
));
select is(pg_temp.hits('zebra'), '1 2', 'append_messages');
select is(pg_temp.indexed(), 2::bigint, 'an empty text has no row');
select tests.append(1, jsonb_build_array(tests.msg(2, '{"content": "appended zebra"}')));
select is(pg_temp.indexed(), 2::bigint, 'a repeat adds none');
select id from public.begin_message(tests.s(1), p_message_id => tests.m(4));
select length(public.append_message_delta(tests.m(4), 1, 'streamed ')::text);
select length(public.append_message_delta(tests.m(4), 2, 'zebra')::text);
select is(pg_temp.hits('streamed'), 'none', 'a running stream is not found');
select id from public.finish_message(tests.m(4));
select is(pg_temp.hits('streamed zebra'), '4', 'an ended one is');
select id from public.edit_message(tests.m(4), 'edited giraffe', p_new_message_id => tests.m(5));
select is(pg_temp.hits('giraffe'), '5', 'an edit');
select is(pg_temp.hits('streamed'), '4', 'what it replaced stays in the history, and is found');
select id from public.fork_session(tests.s(1));
select is(
  (select count(*) from public.search_messages('zebra')), 5::bigint, 'a fork has copies of what was shown'
);

select tests.act_as('other');
select is(pg_temp.hits('zebra'), 'none', 'others find nothing of it');
select tests.act_as('postgres');
update public.conversation_messages set content = 'overwritten' where id = tests.m(1);
select tests.act_as('owner');
select is(pg_temp.hits('inserted'), '?', 'a text that is overwritten is gone, its copy in the fork is not');
select is(pg_temp.hits('overwritten'), '1', 'the new one is there');
select tests.act_as('postgres');
update public.conversation_messages set content = '' where id = tests.m(1);
select tests.act_as('owner');
select is(pg_temp.hits('overwritten'), 'none', 'a text that is wiped is gone');
delete from public.conversation_messages where id = tests.m(2);
select is(pg_temp.hits('appended'), '?', 'a deleted message is gone, its copy in the fork is not');

select tests.act_as('owner');
select public.delete_session(tests.s(1));
select is(pg_temp.hits('giraffe'), '?', 'the trash is not searched');
select is(
  (
    select count(*)
    from unnest((private.find_messages('giraffe', null, null, null, null, null, null, 20, null)).found)
  ), 1::bigint, 'also where row level security does not hide it'
);
select public.restore_session(tests.s(1));
select is(pg_temp.hits('giraffe'), '5 ?', 'what comes back from it is');
delete from public.conversation_sessions where id = tests.s(1);
select is(pg_temp.hits('giraffe'), '?', 'a deleted session is gone');

select tests.act_as('postgres');
select tests.visit(7);
select tests.act_as('service_role');
select tests.log(
  jsonb_build_array(tests.turn(7, 70, '{"user_message": "visiting walrus"}')), tests.secret(7)
);
select tests.act_as('postgres');
select is_empty(
  $$ select 1 from public.message_search as w where w.session_id = tests.s(7) $$,
  'a visitor''s chat has nobody to search it'
);
select tests.act_as('other');
select session_id
from public.claim_visitor_session(p_session_token => 'chat-7', p_session_secret => tests.secret(7));
select is(pg_temp.hits('walrus'), '70', 'but whoever claims it can');

-- A language counts for what is written from then on; what was written before is still found.
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(80), tests.s(2), 'user', 'She was running');
select is(pg_temp.hits('runs'), 'none', 'simple: words as they are');
update public.conversation_sessions set language = 'english' where id = tests.s(2);
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(81), tests.s(2), 'user', 'She was running');
select is(pg_temp.hits('runs'), '81', 'english: their stems');
update public.conversation_sessions set language = 'klingon' where id = tests.s(2);
insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(82), tests.s(2), 'user', 'She was running');
select is(
  pg_temp.hits('running') || ', ' || pg_temp.hits('runs'), '80 81 82, 81', 'an unknown language is simple'
);

select tests.act_as('postgres');
select set_eq(
  'select w.message_id from public.message_search as w',
  'select m.id from public.conversation_messages as m where m.user_id is not null and m.content <> ''''',
  'the rows are those of the messages that exist'
);
delete from auth.users;
select is_empty(
  $$
    select user_id from public.message_search
    union all
    select user_id from private.session_search
    union all
    select user_id from private.search_languages
  $$,
  'nothing is left of users who are gone'
);

select * from finish();
rollback;
