begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/visitors.psql
select plan(12);

select tests.visit(1, '0 s'), tests.visit(2, '1 s'), tests.visit(3, '-1 day'), tests.visit(4, '-2 days');
select tests.start(5);
select tests.fill(1, 2);
update public.session_clients set claimed_at = now(), expires_at = null where session_id = tests.s(4);
insert into private.rate_limits (key_hash, window_start, window_end, calls)
values
  ('old', now() - interval '1 minute', now() - interval '1 ms', 1),
  ('new', now() - interval '1 day', now(), 1);
select tests.act_as('service_role');
select is(
  tests.error_of(format('select public.cleanup_visitor_sessions(%L)', n)), 'PT400 INVALID_ARGUMENT',
  format('a limit of %s', n)
)
from unnest(array[null, 0, 100001]) as n;
select is(public.cleanup_visitor_sessions(1), 1, 'as many as the limit');
select is(
  (select array_agg(right(id::text, 1) order by id) from public.conversation_sessions),
  '{1,2,4,5}', 'the oldest first'
);
select is(public.cleanup_visitor_sessions(), 1, 'the rest');
select is(
  (select array_agg(right(id::text, 1) order by id) from public.conversation_sessions),
  '{2,4,5}', 'neither one that was claimed nor one that is young'
);
select tests.act_as('postgres');
select results_eq(
  'select key_hash from private.rate_limits', $$ values ('new'::bytea) $$, 'and old counts'
);

-- Slower than the time of a call.
select tests.visit(n, '0 s') from generate_series(6, 8) as n;
insert into private.rate_limits (key_hash, window_start, window_end, calls)
values ('late', now() - interval '1 minute', now() - interval '1 ms', 1);
create temporary table counts_then on commit drop as
select r.key_hash from private.rate_limits as r where false;
create function tests.delete_slowly() returns trigger language plpgsql as $$
begin
  insert into pg_temp.counts_then select r.key_hash from private.rate_limits as r;
  perform pg_sleep(5);
  return null;
end
$$;
create trigger delete_slowly before delete on public.conversation_sessions
  for each statement execute function tests.delete_slowly();
select is(public.cleanup_visitor_sessions(), 1, 'a call begins nothing after 5 seconds');
drop trigger delete_slowly on public.conversation_sessions;
select results_eq(
  'select key_hash from pg_temp.counts_then order by 1', $$ values ('late'::bytea), ('new') $$,
  'while chats go, no count does: whoever calls again would wait for the end'
);
select results_eq(
  'select key_hash from private.rate_limits', $$ values ('new'::bytea) $$, 'the counts go after them'
);
select is(public.cleanup_visitor_sessions(), 2, 'the next one goes on');

select * from finish();
rollback;
