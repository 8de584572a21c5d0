begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(8);

select tests.start(1);
select tests.act_as('owner');
select tests.append(1, jsonb_build_array(tests.msg(1), tests.msg(2), tests.msg(3)));
select tests.append(
  1, jsonb_build_array(tests.msg(4, jsonb_build_object('parent', tests.m(1))), tests.msg(5))
);
create function pg_temp.thread(p_n integer, p_limit integer default 200, p_before integer default null)
returns text
language sql
as $$
  select coalesce(string_agg(tests.number_of(t.id), ' ' order by t.ordinality), 'empty')
  from public.get_message_thread(tests.m(p_n), p_limit, p_before) with ordinality as t
$$;
select is(pg_temp.thread(3), '1 2 3', 'one that is not shown');
select is(pg_temp.thread(5), '1 4 5', 'the one that is');
select is(pg_temp.thread(4), '1 4', 'until a message in the middle');
select is(pg_temp.thread(5, 2), '4 5', 'the last two');
select is(pg_temp.thread(5, 2, 4), '1', 'the page before');
select is(
  tests.error_of($$ select pg_temp.thread(5, 201) $$), 'PT400 INVALID_ARGUMENT', '200 at most'
);
select is(
  tests.error_of($$ select pg_temp.thread(7) $$), 'PT404 MESSAGE_NOT_FOUND', 'unknown'
);
select tests.act_as('other');
select is(
  tests.error_of($$ select pg_temp.thread(5) $$), 'PT404 MESSAGE_NOT_FOUND', 'somebody else''s'
);

select * from finish();
rollback;
