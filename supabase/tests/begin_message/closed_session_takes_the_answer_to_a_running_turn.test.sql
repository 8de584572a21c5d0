begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/streaming.psql
select plan(5);

select tests.start(1);
select tests.act_as('owner');
select tests.fill(1, 1);
select public.complete_conversation_session(tests.s(1));
select is(tests.begin_error(2, 'root'), 'PT409 SESSION_CLOSED', 'elsewhere: not');
select is(tests.begin_error(2), 'ok', 'the answer to what was asked last');
select is(tests.delta(2, 1, 'a'), 'ok', 'it goes on');
select lives_ok(format('select public.finish_message(%L)', tests.m(2)), 'and ends');
select is(tests.begin_error(3), 'PT409 SESSION_CLOSED', 'no second answer');

select * from finish();
rollback;
