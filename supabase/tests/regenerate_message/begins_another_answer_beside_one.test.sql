begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/streaming.psql
select plan(14);

select tests.start(1);
select tests.act_as('owner');
select tests.append(
  1,
  jsonb_build_array(
    tests.msg(1), tests.msg(2, '{"role": "assistant", "content_type": "markdown"}'), tests.msg(3)
  )
);
select results_eq(
  $$
    select tests.number_of(r.id), tests.number_of(r.parent_message_id), r.role::text, r.content,
      r.status::text, r.content_type::text, r.provider, r.model_used, r.service_tier, r.metadata,
      r.next_seq, r.inserted
    from public.regenerate_message(tests.m(2), tests.m(4), 'acme', 'm', 'batch', '{"k": 1}') as r
  $$,
  $$
    values ('4', '1', 'assistant', '', 'streaming', 'markdown', 'acme', 'm', 'batch',
      '{"k": 1}'::jsonb, 1, true)
  $$, 'in the same place'
);
select is(tests.tree_of(1), '1 2<1 3<2 4<1 | shown 4 | branches 1', 'shown; nothing is lost');
select is(
  (
    select string_agg(tests.number_of(m.id), ' ')
    from public.conversation_messages as m
    where m.edited_at is not null
  ), '2', 'the old one tells that it has a newer version'
);
select is(
  (public.regenerate_message(tests.m(2), tests.m(4), 'acme', 'm', 'batch', '{"k": 1}')).inserted,
  false, 'again'
);
select is(
  tests.error_of(format('select public.regenerate_message(%L)', tests.m(1))), 'PT400 INVALID_ARGUMENT',
  'a question'
);
select is(
  tests.error_of(format('select public.regenerate_message(%L, %L)', tests.m(2), tests.m(2))),
  'PT400 INVALID_ARGUMENT', 'its own id'
);
select is(
  tests.error_of(format('select public.regenerate_message(%L)', tests.m(7))), 'PT404 MESSAGE_NOT_FOUND',
  'unknown'
);
select public.append_message_delta(tests.m(4), 1, 'x');
delete from public.conversation_messages as m where m.id = tests.m(1);
create function pg_temp.again(p_of integer, p_model text)
returns text
language sql
as $$
  select tests.error_of(format(
    'select public.regenerate_message(%L, %L, %L, %L, %L, %L)', tests.m(p_of), tests.m(4), 'acme',
    p_model, 'batch', '{"k": 1}'
  ))
$$;
select is(
  (public.regenerate_message(tests.m(2), tests.m(4), 'acme', 'm', 'batch', '{"k": 1}')).next_seq, 2,
  'again, after the question is gone: where to go on'
);
select is(pg_temp.again(2, 'n'), 'PT409 IDEMPOTENCY_MISMATCH', 'another model');
select tests.append(1, jsonb_build_array(tests.msg(5, '{"role": "assistant", "parent": "root"}')));
select is(pg_temp.again(5, 'm'), 'PT409 IDEMPOTENCY_MISMATCH', 'another answer');
select public.finish_message(tests.m(4));
select is(pg_temp.again(2, 'm'), 'ok', 'after its end');
delete from public.conversation_messages as m where m.id = tests.m(2);
select is(pg_temp.again(2, 'm'), 'ok', 'after the old answer is gone');
select is(pg_temp.again(2, 'n'), 'PT409 IDEMPOTENCY_MISMATCH', 'another model of what is gone');
select tests.act_as('other');
select is(
  tests.error_of(format('select public.regenerate_message(%L)', tests.m(2))), 'PT404 MESSAGE_NOT_FOUND',
  'somebody else''s'
);

select * from finish();
rollback;
