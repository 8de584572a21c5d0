begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(4);

select tests.work();
create function pg_temp.all_usage()
returns text[]
language sql
as $$
  select array_agg(u.*::text order by u.*::text) from public.usage_daily as u
$$;
create temporary table fixture as select pg_temp.all_usage() as used;
savepoint work;
select tests.act_as('owner');
select public.log_turn(tests.s(1), tests.m(201), 'q', 'a', 'acme', 'm1', p_input_tokens => 5);
rollback to work;
select is(pg_temp.all_usage(), (select f.used from fixture as f), 'a turn');
select is(
  tests.error_of(format(
    'with a as (
       insert into public.conversation_messages (session_id, role, content, cost_usd)
       values (%1$L, %2$L, %2$L, 5)
     )
     select 1 / 0', tests.s(1), 'user'
  )), '22012', 'a statement that fails'
);
select is(pg_temp.all_usage(), (select f.used from fixture as f), 'leaves nothing either');
savepoint deletes;
delete from auth.users where id = tests.id_of('owner');
rollback to deletes;
select is(pg_temp.all_usage(), (select f.used from fixture as f), 'nor does a delete undone');

select * from finish();
rollback;
