begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(5);

select tests.start(1);
insert into public.conversation_messages (
  id, session_id, role, content, tokens_used, input_tokens, output_tokens
)
values
  (tests.m(1), tests.s(1), 'assistant', 'filled', null, 10, 5),
  (tests.m(2), tests.s(1), 'assistant', 'given', 100, 10, 5);
select is(tests.counters_of(1), 'messages 2, tokens 115, cost 0, last 2', 'as written');
select tests.act_as('service_role');
update public.conversation_messages set input_tokens = 20 where session_id = tests.s(1);
select is(
  (
    select array_agg(tokens_used order by sequence_order) from public.conversation_messages
    where session_id = tests.s(1)
  ), array[25, 100], 'a total that was filled follows, one that was given stays'
);
select is(tests.counters_of(1), 'messages 2, tokens 125, cost 0, last 2', 'so does the session''s');
update public.conversation_messages set tokens_used = 30 where id = tests.m(1);
select is(tests.counters_of(1), 'messages 2, tokens 130, cost 0, last 2', 'a total can be given');
select is(
  (select array_agg(distinct cost_source) from public.conversation_messages
  where session_id = tests.s(1)), array['unpriced']::public.cost_source[], 'nothing got a price'
);

select * from finish();
rollback;
