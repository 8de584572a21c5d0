begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir money.psql
select plan(4);

select tests.set_budget('owner', 10);
select tests.set_budget('brand', 10);
select tests.act_as('owner');
-- 2.5 US dollars for a million.
insert into public.conversation_messages (session_id, role, content, provider, model_used, input_tokens)
values (tests.s(2), 'assistant', 'a', 'openai', 'gpt-4o', 100000);
select is(tests.state_of('owner'), 'day: 0.25 spent, 0 held', 'a cost of the price book: the user''s');
select is(tests.state_of('brand'), 'day: 0.25 spent, 0 held', 'and the brand''s');
insert into public.conversation_messages (session_id, role, content, provider, model_used, input_tokens)
values (tests.s(2), 'assistant', 'a', 'nobody', 'unknown', 100000);
select is(tests.state_of('brand'), 'day: 0.25 spent, 0 held', 'without a price nothing');
select tests.act_as('service_role');
select from public.merge_usage();
select is(tests.state_of('brand'), 'day: 0.25 spent, 0 held', 'the same once it is merged');

select * from finish();
rollback;
