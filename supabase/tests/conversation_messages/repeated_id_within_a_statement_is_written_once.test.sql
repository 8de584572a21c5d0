begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

select tests.start(1);
select tests.act_as('owner');
insert into public.conversation_messages (id, session_id, role, content)
values
  (tests.m(1), tests.s(1), 'user', 'a'), (tests.m(1), tests.s(1), 'user', 'a'),
  (tests.m(2), tests.s(1), 'user', 'b');
select is(tests.tree_of(1), '1 2<1 | shown 2 | branches 0', 'the same body twice');
select is(
  tests.error_of(format(
    $$
      insert into public.conversation_messages (id, session_id, role, content)
      values (%1$L, %2$L, 'user', 'a'), (%1$L, %2$L, 'user', 'b')
    $$, tests.m(3), tests.s(1)
  )), 'PT409 IDEMPOTENCY_MISMATCH', 'two bodies'
);
select is(tests.counters_of(1), 'messages 2, tokens 0, cost 0, last 2', 'write nothing');

select * from finish();
rollback;
