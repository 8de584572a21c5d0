begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(3);

select tests.start(1), tests.start(2), tests.start(3, 'other');
insert into public.conversation_messages (session_id, role, content)
values
  (tests.s(1), 'user', 'Where is my order?'), (tests.s(1), 'user', ' where  is' || chr(10) || 'MY order '),
  (tests.s(2), 'user', 'Where is my order?!'), (tests.s(2), 'user', 'Ｗhere is my order'),
  (tests.s(2), 'user', 'Why?'), (tests.s(2), 'user', '???'), (tests.s(2), 'assistant', 'Why?'),
  (tests.s(3), 'user', 'Why?');
select tests.act_as('owner');
select results_eq(
  $$
    select question, asked_count, session_count
    from public.common_questions order by asked_count desc
  $$,
  $$ values ('where is my order', 4::bigint, 2::bigint), ('why', 1, 1) $$, 'whatever its case, spacing and last mark'
);
select tests.act_as('postgres');
update public.conversation_messages
set created_at = now() - case when content like '%MY%' then interval '2 days' else interval '1 day' end
where content not like 'Ｗhere%';
select tests.act_as('owner');
select results_eq(
  $$
    select first_asked_at, last_asked_at >= now(), example
    from public.common_questions where question = 'where is my order'
  $$,
  $$ values (now() - interval '2 days', true, 'Ｗhere is my order') $$, 'when first and last, and how'
);
select is(
  length(private.normalized_question(repeat('x', 600))), 500, '500 characters of it'
);

select * from finish();
rollback;
