begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(7);

select tests.start(1);
select tests.start(2);
select tests.append(1, jsonb_build_array(tests.msg(1)));
select tests.append(2, jsonb_build_array(tests.msg(2)));
select tests.act_as('owner');
create function pg_temp.sent(p_parent uuid)
returns text
language sql
as $$
  select tests.append_error(1, jsonb_build_array(
    tests.msg(3), tests.msg(4, jsonb_build_object('parent', p_parent)), tests.msg(5)
  ))
$$;
select is(pg_temp.sent(tests.m(99)), 'PT404 MESSAGE_NOT_FOUND', 'unknown');
select is(pg_temp.sent(tests.m(2)), 'PT404 MESSAGE_NOT_FOUND', 'in another session');
select is(pg_temp.sent(tests.m(4)), 'PT404 MESSAGE_NOT_FOUND', 'itself');
select is(pg_temp.sent(tests.m(5)), 'PT404 MESSAGE_NOT_FOUND', 'a later element');
select is(tests.tree_of(1), '1 | shown 1 | branches 0', 'nothing was written');
select is(pg_temp.sent(tests.m(3)), 'ok', 'an earlier element');
select is(tests.tree_of(1), '1 3<1 4<3 5<4 | shown 5 | branches 0', 'all are written');

select * from finish();
rollback;
