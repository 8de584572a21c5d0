begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/topics.psql
select plan(19);

select tests.start(1);
select is(tests.joins('owner', t.topic), 'no', left(quote_literal(t.topic), 60))
from (
  values
    (''), ('session:'), ('session:not-a-uuid'), ('SESSION:' || tests.s(1)),
    ('session:4000000A-0000-4000-8000-00000000000A'), ('session:{' || tests.s(1) || '}'),
    ('session:' || replace(tests.s(1)::text, '-', '')), ('session:' || tests.s(1) || ' '),
    (' session:' || tests.s(1)), ('session:' || tests.s(1) || E'\n'), ('session:' || tests.s(1) || ':x'),
    ('realtime:session:' || tests.s(1)), ('session:' || tests.s(1) || ''' or true --'), ('user:'),
    ('user:' || tests.id_of('owner') || E'\n'), ('user:%'),
    ('session:' || repeat('0', 10000)), (repeat('session:', 2000) || tests.s(1))
) as t (topic);
-- The same letters in another case are another text.
insert into public.conversation_sessions (id, user_id)
values ('4000000a-0000-4000-8000-00000000000a', tests.id_of('owner'));
select is(
  tests.joins('owner', 'session:4000000A-0000-4000-8000-00000000000A')
  || ', ' || tests.joins('owner', 'session:4000000a-0000-4000-8000-00000000000a'),
  'no, broadcast presence', 'capitals are no topic that anything is sent to'
);

select * from finish();
rollback;
