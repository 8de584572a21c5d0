begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(10);

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

-- What the session's mode did not keep is known by its hash.
select tests.act_as('postgres');
select tests.visit(2), tests.visit(3);
update public.conversation_sessions as s set content_mode = v.mode::public.content_mode
from (values (2, 'none'), (3, 'redacted')) as v (n, mode)
where s.id = tests.s(v.n);
create function pg_temp.log_found(p_n integer, p_score real default 0.5)
returns text
language sql
as $$
  select tests.log(
    jsonb_build_array(
      tests.turn(p_n, p_n, jsonb_build_object(
        'similarity_scores', array[p_score], 'query_embedding', array_fill(0.5::real, array[384]),
        'similar_qa_matches', '[{"question": "Is it you, ann@example.com"}]'::jsonb
      )), tests.turn(p_n, p_n + 10)
    )
  )
$$;
select tests.act_as('service_role');
select is(
  array[pg_temp.log_found(c.n), pg_temp.log_found(c.n), pg_temp.log_found(c.n, 0.25)],
  array[
    format('%1$s+, 1%1$s+', c.n), format('%1$s=, 1%1$s=', c.n),
    format('%1$s 409 IDEMPOTENCY_MISMATCH, 1%1$s=', c.n)
  ], 'in a session that keeps ' || c.name
)
from (values (2, 'no text'), (3, 'some of it')) as c (n, name)
order by c.n;
select tests.act_as('postgres');
select is(
  (select string_agg(r.similar_qa_matches::text, ' ' order by r.message_id)
   from public.message_retrievals as r where r.session_id in (tests.s(2), tests.s(3))),
  '[] [{"question": "Is it you, [email]"}]', 'which stays away'
);
select private.wipe_sessions(array[tests.s(2), tests.s(3)]);
select is_empty(
  $$ select 1 from public.message_retrievals where session_id <> tests.s(1) and request_hash <> '' $$,
  'a wipe takes the hash as well'
);

select * from finish();
rollback;
