begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(2);

select tests.start(1);
select tests.act_as('owner');
select public.begin_message(tests.s(1), tests.m(1));
select public.append_message_delta(tests.m(1), 1, 'so far');
create temporary table forked as select f.id from public.fork_session(tests.s(1)) as f;
select is(
  (
    select h.status || ' ' || h.content
    from forked as f
    cross join lateral public.get_conversation_history(f.id) as h
  ), 'interrupted so far', 'with the text that it has'
);
select is(
  (public.fork_session(tests.s(1))).message_count, 1, 'and counts as a message'
);

select * from finish();
rollback;
