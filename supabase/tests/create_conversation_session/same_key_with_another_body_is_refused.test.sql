begin;
\ir ../_shared/setup.psql
select plan(11);

create function tests.again(p_arguments text)
returns text
language sql
as $$
  select tests.error_of(
    format('select public.create_conversation_session(p_idempotency_key => %L%s)', 'k', p_arguments)
  )
$$;
select tests.act_as('owner');
select is(tests.again(''), 'ok', 'first');
select is(tests.again(''), 'ok', 'again');
select is(
  tests.again(format(', p_brand_id => %L', tests.id_of('brand'))), 'PT409 IDEMPOTENCY_MISMATCH',
  'another brand'
);
select is(tests.again($$, p_title => 't'$$), 'PT409 IDEMPOTENCY_MISMATCH', 'another title');
select is(
  tests.again($$, p_description => 't'$$), 'PT409 IDEMPOTENCY_MISMATCH', 'another description'
);
select is(
  tests.again($$, p_agent_type => 't'$$), 'PT409 IDEMPOTENCY_MISMATCH', 'another agent type'
);
select is(
  tests.again($$, p_context => '{"a": 1}'$$), 'PT409 IDEMPOTENCY_MISMATCH', 'another context'
);
select is(
  tests.again($$, p_settings => '{"a": 1}'$$), 'PT409 IDEMPOTENCY_MISMATCH', 'other settings'
);
select is(
  tests.again($$, p_metadata => '{"a": 1}'$$), 'PT409 IDEMPOTENCY_MISMATCH', 'other metadata'
);
select is(
  tests.again($$, p_language => 'english'$$), 'PT409 IDEMPOTENCY_MISMATCH', 'another language'
);
select is(
  (select count(*) from public.conversation_sessions), 1::bigint, 'nothing else was written'
);

select * from finish();
rollback;
