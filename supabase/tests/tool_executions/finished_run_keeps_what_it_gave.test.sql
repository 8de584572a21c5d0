begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/tools.psql
select plan(10);

select tests.start(1);
select tests.act_as('owner');
select tests.did(tests.run(1, 1, '{"status": "running", "output": "[1]", "error": "slow"}'));
select is(tests.set_run(1, $$ output = '[2]', error = 'slower' $$), 'ok', 'a running one may change');
select is(tests.set_run(1, $$ status = 'failed', output = '[3]' $$), 'ok', 'with its end too');
select is(
  tests.set_run(1, $$ status = 'failed', output = '[3]', error = 'slower' $$), 'ok',
  'the same again is taken'
);
select is(tests.set_run(1, $$ output = '[4]' $$), 'PT409 ILLEGAL_TRANSITION', 'another output is not');
select is(tests.set_run(1, 'output = null'), 'PT409 ILLEGAL_TRANSITION', 'nor none');
select is(tests.set_run(1, $$ error = 'other' $$), 'PT409 ILLEGAL_TRANSITION', 'nor another error');
select is(tests.set_run(1, 'error = null'), 'PT409 ILLEGAL_TRANSITION', 'nor none');
select tests.did(tests.run(1, 2, '{"status": "completed"}'));
select is(tests.set_run(2, $$ output = '[1]' $$), 'ok', 'an output may come after the end');
select is(tests.set_run(2, $$ error = 'partly' $$), 'ok', 'and an error');
select is(tests.set_run(2, 'tokens_used = 5, execution_time_ms = 7'), 'ok', 'numbers are corrected');

select * from finish();
rollback;
