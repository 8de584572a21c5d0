begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/embeddings.psql
select plan(5);

select tests.start(1), tests.start(2);
select tests.append(1, jsonb_build_array(
  tests.msg(1, '{"content": "How do I pay?"}'), tests.msg(2, '{"role": "assistant", "content": "By card."}'),
  tests.msg(3, '{"content": "And when?"}')
));
select tests.append(2, jsonb_build_array(tests.msg(4, '{"content": "Where is it?"}')));
select tests.embed(n, tests.v(1, n / 2.0)) from generate_series(1, 4) as n;
select tests.act_as('owner');
select results_eq(
  'select message_id, session_id, question, answer_id, answer, round(similarity::numeric, 2)
   from public.find_similar_questions(tests.v(1))',
  format(
    $$
      values
        (%1$L::uuid, %2$L::uuid, 'How do I pay?', %3$L::uuid, 'By card.', 0.89),
        (%4$L, %2$L, 'And when?', null, null, 0.55), (%5$L, %6$L, 'Where is it?', null, null, 0.45)
    $$, tests.m(1), tests.s(1), tests.m(2), tests.m(3), tests.m(4), tests.s(2)
  ), 'questions alone, the most similar first'
);
select is(
  (select count(*) from public.find_similar_questions(tests.v(1), 1)), 1::bigint, 'as many as are wanted'
);
select is(
  (select count(*) from public.find_similar_questions(tests.v(1), p_min_similarity => 0.5)), 2::bigint,
  'and no less similar than that'
);
select is(
  tests.error_of('select public.find_similar_questions(''{1}'')'), 'PT400 INVALID_ARGUMENT', 'by a vector'
);
select tests.act_as('postgres');
select is(
  tests.error_of('select public.find_similar_questions(tests.v(1))'), 'PT401 UNAUTHENTICATED', 'of somebody'
);

select * from finish();
rollback;
