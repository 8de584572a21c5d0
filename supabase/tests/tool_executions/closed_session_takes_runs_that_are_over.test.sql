begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/tools.psql
select plan(10);

select tests.start(1);
select tests.start(2);
select tests.act_as('owner');
select tests.did(tests.run(1, 1, '{"status": "running"}'));
select tests.append(1, jsonb_build_array(tests.msg(1)));
select tests.append(2, jsonb_build_array(tests.msg(2), tests.msg(3, '{"role": "assistant"}')));
select public.complete_conversation_session(tests.s(1));
select public.complete_conversation_session(tests.s(2));
select is(tests.run(1, 2), 'ok', 'a question that has no answer yet: a new run');
select is(tests.run(1, 3, '{"status": "running"}'), 'ok', 'or one that runs');
select is(tests.run(2, 4), 'PT409 SESSION_CLOSED', 'an answered one: none that is to come');
select is(tests.run(2, 5, '{"status": "running"}'), 'PT409 SESSION_CLOSED', 'none that runs');
select is(tests.run(2, i, jsonb_build_object('status', s)), 'ok', s || ' is a fact')
from (values (6, 'completed'), (7, 'failed'), (8, 'cancelled')) as x (i, s);
select is(tests.set_run(1, $$ status = 'completed' $$), 'ok', 'a run under way ends');
select is(tests.run(1, 1, '{"status": "running"}'), 'ok', 'a repeat is no new run');
select tests.act_as('service_role');
select is(tests.run(2, 9), 'ok', 'the server starts what it wants');

select * from finish();
rollback;
