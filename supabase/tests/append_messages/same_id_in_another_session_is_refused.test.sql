begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(1);
select tests.start(2);
select tests.start(3, 'other');
select tests.append(1, jsonb_build_array(tests.msg(1)));
create function tests.sent(p_actor text, p_session integer)
returns text
language sql
as $$
  select tests.act_as(p_actor);
  select tests.append_error(p_session, jsonb_build_array(tests.msg(2), tests.msg(1)))
$$;
select is(tests.sent('owner', 2), 'PT409 IDEMPOTENCY_MISMATCH', 'of the same user');
select is(tests.sent('other', 3), 'PT409 IDEMPOTENCY_MISMATCH', 'of another user');
select is(tests.sent('service_role', 2), 'PT409 IDEMPOTENCY_MISMATCH', 'by the server');
select is(tests.tree_of(2), 'empty | shown none | branches 0', 'nothing is written');

select * from finish();
rollback;
