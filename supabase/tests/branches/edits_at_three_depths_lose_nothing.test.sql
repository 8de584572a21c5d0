begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(10);

select tests.start(1);
select tests.price('m');
select tests.act_as('owner');
create function pg_temp.answer(p_n integer, p_parent integer)
returns void
language sql
as $$
  select public.append_messages(
    tests.s(1),
    jsonb_build_array(
      tests.msg(
        p_n,
        jsonb_build_object(
          'role', 'assistant', 'provider', 'acme', 'model_used', 'm', 'input_tokens', 1000, 'parent',
          tests.m(p_parent)
        )
      )
    )
  )
$$;
-- Question, answer, three times.
select tests.append(1, jsonb_build_array(tests.msg(1)));
select pg_temp.answer(2, 1);
select tests.append(1, jsonb_build_array(tests.msg(3)));
select pg_temp.answer(4, 3);
select tests.append(1, jsonb_build_array(tests.msg(5)));
select pg_temp.answer(6, 5);
-- The last answer again, the second question edited and answered, the first question edited.
select public.regenerate_message(tests.m(6), tests.m(7), 'acme', 'm');
select public.append_message_delta(tests.m(7), 1, 'seven');
select public.finish_message(tests.m(7), p_input_tokens => 1000);
select public.edit_message(tests.m(3), 'm8', tests.m(8));
select pg_temp.answer(9, 8);
select public.edit_message(tests.m(1), 'm10', tests.m(10));
select is(
  tests.tree_of(1), '1 2<1 3<2 4<3 5<4 6<5 7<5 8<2 9<8 10 | shown 10 | branches 3', 'all is there'
);
create function pg_temp.shown(p_n integer)
returns text
language sql
as $$
  select public.select_branch(tests.m(p_n));
  select tests.history_of(1)
$$;
select is(tests.history_of(1), '10', 'the newest edit is shown');
select is(pg_temp.shown(6), '1 2 3 4 5 6', 'the first conversation');
select is(pg_temp.shown(7), '1 2 3 4 5 7', 'the last answer again');
select is(pg_temp.shown(8), '1 2 8 9', 'the second question edited');
select is(
  (
    select string_agg(distinct tests.number_of(m.id), ' ')
    from public.get_message_thread(tests.m(7)) as m
  ), '1 2 3 4 5 7', 'a thread reads a branch that is not shown'
);
select tests.append(1, jsonb_build_array(tests.msg(11)));
select is(tests.history_of(1), '1 2 8 9 11', 'what comes next follows the branch that is shown');
select is(
  (
    select string_agg(m.sequence_order::text, ' ' order by m.sequence_order)
    from public.conversation_messages as m
  ), '1 2 3 4 5 6 7 8 9 10 11', 'without a gap'
);
select is(public.get_session_cost(tests.s(1)), 0.010, 'five answers cost, also those not shown');
select is(tests.ledger(), 'daily exact, totals exact', 'and the ledger knows');

select * from finish();
rollback;
