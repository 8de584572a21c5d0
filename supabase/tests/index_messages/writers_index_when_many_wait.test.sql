begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/waiting.psql
select plan(9);

select tests.start(1), tests.start(2), tests.start(3, 'other');
select tests.act_as('other');
insert into public.conversation_messages (session_id, role, content)
values (tests.s(3), 'user', 'of another');
select tests.act_as('owner');
insert into public.conversation_messages (session_id, role, content)
select tests.s(1), 'user', 'message ' || i from generate_series(1, 49) as i;
select is(tests.waiting('owner'), 49::bigint, 'a statement of 49 rows leaves them to others');
insert into public.conversation_messages (session_id, role, content)
select tests.s(2), 'user', 'message ' || i from generate_series(1, 50) as i;
select is(tests.waiting('owner'), 0::bigint, 'one of 50 indexes all that wait');
select is(tests.waiting('other'), 1::bigint, 'of its user alone');

insert into public.conversation_messages (id, session_id, role, content)
values (tests.m(1), tests.s(2), 'user', repeat('long ', 1000));
select is(tests.waiting('owner'), 1::bigint, 'a text of 5,000 bytes waits');
insert into public.conversation_messages (session_id, role, content)
values (tests.s(2), 'user', repeat('long ', 1000) || 'x');
select is(tests.waiting('owner'), 0::bigint, 'a longer one is indexed at once');

-- One in ten asks how many wait.
do $$
begin
  for i in 1 .. 200 loop
    insert into public.conversation_messages (session_id, role, content)
    values (tests.s(1), 'user', 'one by one');
  end loop;
end
$$;
select cmp_ok(tests.waiting('owner'), '<', 200::bigint, 'single rows are indexed now and then');
select is(
  (
    select count(*)
    from (
      select from public.search_messages('one', p_limit => 200)
    ) as f
  ), 200::bigint, 'and found all the while'
);

-- A chat that gets its user has no statement that inserts.
select tests.act_as('postgres');
insert into public.conversation_messages (session_id, role, content)
select tests.s(3), 'user', 'carried ' || i from generate_series(1, 200) as i;
select is(tests.waiting('other'), 0::bigint, 'these are indexed');
update public.conversation_sessions set user_id = tests.id_of('owner') where id = tests.s(3);
select cmp_ok(tests.waiting('owner'), '<', 200::bigint, 'what is carried to a user is indexed on the way');

select * from finish();
rollback;
