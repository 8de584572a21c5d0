-- supabase-js sends null for a column that other rows of the same insert name.
begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(1);
select tests.act_as('owner');
create temporary table written as
with inserted as (
  insert into public.conversation_messages (id, session_id, role, content, tokens_used)
  values
    (tests.m(1), tests.s(1), 'user', 'a', null), (null, tests.s(1), 'assistant', 'b', 5),
    (tests.m(2), tests.s(1), 'user', 'c', null)
  returning id, content
)
select * from inserted;
select is(
  (select string_agg(w.content, ' ' order by w.content) from written as w where w.id is not null), 'a b c',
  'each row is stored'
);
select is(tests.tree_of(1), '1 ?<1 2<? | shown 2 | branches 0', 'in its place');
select is(tests.counters_of(1), 'messages 3, tokens 5, cost 0, last 3', 'and counted');
insert into public.conversation_messages (id, session_id, role, content)
values (null, tests.s(1), 'user', 'd');
select is(tests.history_of(1), '1 ? 2 ?', 'so is one by itself');

select * from finish();
rollback;
