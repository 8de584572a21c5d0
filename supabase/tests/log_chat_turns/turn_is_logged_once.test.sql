begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(6);

select tests.visit(1);
select tests.act_as('service_role');
select is(
  tests.log(jsonb_build_array(tests.turn(1, 1, v.more)), tests.secret(1)), '1' || v.sign, v.name
)
from (
  values
    (1, '{"similarity_scores": [0.5]}'::jsonb, '+', 'first'),
    (
      2, '{"similarity_scores": [0.5], "metadata": null, "similar_qa_matches": null}', '=',
      'again, null is none'
    )
) as v (n, more, sign, name)
order by v.n;
select is(
  tests.error_of(
    format(
      'select public.log_chat_turns(%L, %L)', jsonb_build_array(tests.turn(1, 1, v.more)), tests.secret(1)
    )
  ), 'PT409 IDEMPOTENCY_MISMATCH', v.name
)
from (
  values
    ('{"similarity_scores": [0.5], "mood": "new"}'::jsonb, 'another body'),
    ('{"similarity_scores": [0.25]}', 'other scores'), ('{}', 'no scores')
) as v (more, name);
select is(tests.counters_of(1), 'messages 2, tokens 0, cost 0, last 2', 'counted once');

select * from finish();
rollback;
