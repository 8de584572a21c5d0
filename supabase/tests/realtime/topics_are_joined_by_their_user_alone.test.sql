begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/realtime.psql
\ir ../_fixtures/topics.psql
select plan(22);

select tests.start(1, 'owner', 'brand'), tests.start(2, 'other'), tests.start(3, 'anonymous');
insert into public.conversation_sessions (id, user_id, deleted_at)
values (tests.s(4), tests.id_of('owner'), now()), (tests.s(5), null, null);

select is(tests.joins(a.actor, a.topic), a.joins, format('%s, %s: %s', a.actor, a.about, a.joins))
from (
  values
    ('owner', 'the own topic', 'user:' || tests.id_of('owner'), 'broadcast presence'),
    ('owner', 'a session', 'session:' || tests.s(1), 'broadcast presence'),
    ('owner', 'a session in the trash', 'session:' || tests.s(4), 'no'),
    ('owner', 'a session of somebody else', 'session:' || tests.s(2), 'no'),
    ('owner', 'a visitor''s session', 'session:' || tests.s(5), 'no'),
    ('owner', 'no session', 'session:' || tests.s(9), 'no'),
    ('owner', 'the topic of somebody else', 'user:' || tests.id_of('other'), 'no'),
    ('other', 'the topic of owner', 'user:' || tests.id_of('owner'), 'no'),
    ('other', 'a session of owner', 'session:' || tests.s(1), 'no'),
    ('brand_owner', 'a session in the brand', 'session:' || tests.s(1), 'no'),
    ('brand_admin', 'a session in the brand', 'session:' || tests.s(1), 'no'),
    ('brand_analyst', 'a session in the brand', 'session:' || tests.s(1), 'no'),
    ('anonymous', 'the own topic', 'user:' || tests.id_of('anonymous'), 'broadcast presence'),
    ('anonymous', 'a session', 'session:' || tests.s(3), 'broadcast presence'),
    ('anonymous', 'a session of owner', 'session:' || tests.s(1), 'no'),
    ('anon', 'the topic of owner', 'user:' || tests.id_of('owner'), 'no'),
    ('anon', 'a session of owner', 'session:' || tests.s(1), 'no'),
    ('anon', 'a visitor''s session', 'session:' || tests.s(5), 'no'),
    -- It has no right on the schema or the table.
    ('analyst', 'the topic of owner', 'user:' || tests.id_of('owner'), '42501'),
    ('owner', 'another room', 'room', 'no')
) as a (actor, about, topic, joins);

-- Who owns the setting, as a login on the database might, still reads no other topic.
select tests.act_as('postgres');
insert into realtime.messages (topic, extension)
values ('user:' || tests.id_of('other'), 'broadcast'), ('session:' || tests.s(2), 'broadcast');
select tests.act_as('owner');
select set_config('realtime.topic', 'user:' || tests.id_of('owner'), true);
select is(
  (select array_agg(distinct tests.short(m.topic)) from realtime.messages as m), array['user:owner'],
  'rows of other topics stay hidden'
);
select set_config('realtime.topic', '', true);
select is((select count(*) from realtime.messages), 0::bigint, 'and so they do without a topic');

select * from finish();
rollback;
