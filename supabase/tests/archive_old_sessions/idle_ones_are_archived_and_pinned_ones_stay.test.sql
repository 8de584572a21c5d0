begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(6);

select tests.start(n) from generate_series(1, 5) as n;
select tests.start(6, 'other');
update public.conversation_sessions set last_activity_at = now() - interval '31 days';
update public.conversation_sessions set last_activity_at = now() - interval '29 days'
where id = tests.s(2);
update public.conversation_sessions set pinned_at = now() where id = tests.s(3);
update public.conversation_sessions set deleted_at = now() where id = tests.s(4);
update public.conversation_sessions set archived_at = '2026-01-01' where id = tests.s(5);
select tests.act_as('owner');
select is(public.archive_old_sessions(30), 1, 'a user archives their own');
select tests.act_as('service_role');
select is(public.archive_old_sessions(30), 1, 'the server everybody''s');
select is(public.archive_old_sessions(30), 0, 'nothing is left');
select results_eq(
  $$
    select right(s.id::text, 1), s.status::text, s.archived_at is not null
    from public.conversation_sessions as s order by s.id
  $$,
  $$
    values ('1', 'archived', true), ('2', 'active', false), ('3', 'active', false),
      ('4', 'deleted', false), ('5', 'archived', true), ('6', 'archived', true)
  $$, 'not the young, the pinned and the trashed'
);
select is(
  (select s.archived_at from public.conversation_sessions as s where s.id = tests.s(5)),
  '2026-01-01'::timestamptz, 'what was archived keeps its time'
);
select is(
  (select s.archived_at from public.conversation_sessions as s where s.id = tests.s(1)), now(), 'now'
);

select * from finish();
rollback;
