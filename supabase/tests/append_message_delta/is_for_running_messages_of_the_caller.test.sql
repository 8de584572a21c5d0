begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/streaming.psql
select plan(6);

select tests.start(1);
select tests.act_as('owner');
select tests.begin(1);
select is(tests.delta(9, 1, 'x'), 'PT404 MESSAGE_NOT_FOUND', 'unknown');
select tests.act_as('other');
select is(tests.delta(1, 1, 'x'), 'PT404 MESSAGE_NOT_FOUND', 'somebody else''s');
select tests.act_as('service_role');
select is(tests.delta(1, 1, 'x'), 'ok', 'the server''s too');
select tests.act_as('owner');
select tests.append(1, jsonb_build_array(tests.msg(2)));
select is(tests.delta(2, 1, 'x'), 'PT409 ILLEGAL_TRANSITION', 'a plain message');
select public.finish_message(tests.m(1));
select is(tests.delta(1, 2, 'x'), 'PT409 ILLEGAL_TRANSITION', 'a finished one');
select is(tests.state_of(1), 'complete ''x''', 'which stays as it is');

select * from finish();
rollback;
