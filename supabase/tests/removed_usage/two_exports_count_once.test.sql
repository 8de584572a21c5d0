-- Two exports of one account, one from before a message was deleted, come into one account in any order.
begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(9);

select tests.start(1);
-- Twins, which nothing but their ids tells apart; one of them is deleted.
select public.import_messages(tests.s(1), (
  select jsonb_agg(jsonb_build_object(
    'id', tests.m(i), 'role', 'assistant', 'content', 'a', 'provider', 'acme', 'cost_usd', 0.5,
    'created_at', '2026-01-01T00:00:00Z'
  ))
  from generate_series(1, 3) as i
));
create temp table older as
select e.line, e.place
from public.export_user_data(tests.id_of('owner')) with ordinality as e (line, next_cursor, place);
delete from public.conversation_messages where id = tests.m(2);
create temp table newer as
select e.line, e.place
from public.export_user_data(tests.id_of('owner')) with ordinality as e (line, next_cursor, place);
create function pg_temp.take(p_export text) returns void language plpgsql as $$
declare
  v_line text;
begin
  -- A page is as short as a line.
  for v_line in execute format('select line from %I order by place', p_export) loop
    perform public.import_user_data(tests.id_of('other'), array[v_line]);
  end loop;
end
$$;
create function pg_temp.used(p_user text) returns text language sql as $$
  select concat_ws(' ', sum(u.requests), sum(u.cost_usd), (
    select count(*) from public.conversation_messages as m where m.user_id = tests.id_of(p_user)
  ))
  from public.usage_daily as u where u.user_id = tests.id_of(p_user)
$$;
select is(pg_temp.used('owner'), '3 1.5 2', 'what was used, with one message gone');
select public.erase_user_data(tests.id_of('owner'));

savepoint erased;
select pg_temp.take('newer');
select is(pg_temp.used('other'), '3 1.5 2', 'the newer export alone');
select pg_temp.take('older');
select is(pg_temp.used('other'), '3 1.5 3', 'the older one after it brings the message, and counts nothing');
select pg_temp.take('newer');
select is(pg_temp.used('other'), '3 1.5 3', 'nor does the newer one, sent again');
rollback to erased;
select pg_temp.take('older');
select pg_temp.take('newer');
select is(pg_temp.used('other'), '3 1.5 3', 'the newer export after the older one');
select is(tests.ledger(false), 'daily exact, totals exact', 'to the last digit');

-- An id that is written and deleted more than once was spent each time.
select public.append_messages(tests.s(1), jsonb_build_array(jsonb_build_object(
  'id', tests.m(9), 'role', 'assistant', 'content', 'a', 'provider', 'acme', 'cost_usd', 0.25
)));
delete from public.conversation_messages where id = tests.m(9);
select public.append_messages(tests.s(1), jsonb_build_array(jsonb_build_object(
  'id', tests.m(9), 'role', 'assistant', 'content', 'a', 'provider', 'acme', 'cost_usd', 0.25
)));
delete from public.conversation_messages where id = tests.m(9);
select is(pg_temp.used('other'), '5 2.00 3', 'a message that was written twice was spent twice');
select is(tests.ledger(false), 'daily exact, totals exact', 'and counts so in the ledger');

-- Nobody's numbers name no message.
delete from auth.users where id = tests.id_of('other');
select is_empty(
  $$ select r.id from private.removed_usage as r
     where r.id in (select private.removed_usage_id(tests.m(i)) from generate_series(1, 9) as i) $$,
  'once their user is gone, nothing leads from a message to its numbers'
);

select * from finish();
rollback;
