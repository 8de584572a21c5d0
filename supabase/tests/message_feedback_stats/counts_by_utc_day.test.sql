begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(5);

set local timezone = 'Pacific/Auckland';
select tests.start(1), tests.start(2, 'other');
insert into public.conversation_messages (id, session_id, role, content)
select tests.m(n), tests.s(1 + n / 4), 'user', 'a' from generate_series(1, 4) as n;
insert into public.message_feedback (message_id, rating, comment)
select tests.m(n), (case n when 2 then 'down' else 'up' end)::public.message_rating, 'secret'
from generate_series(1, 4) as n;
update public.message_feedback
set created_at = (
  case message_id when tests.m(1) then '2031-01-01 23:59:59.9+00' else '2031-01-02 00:00+00' end
)::timestamptz;
create function pg_temp.seen_by(p_actor text)
returns text
language plpgsql
as $$
declare
  v_answer text;
begin
  perform tests.act_as(p_actor);
  execute $q$
    select string_agg(concat_ws(' ', s.day, s.rating_count, s.up_count, s.down_count), ', ' order by s.day)
    from public.message_feedback_stats as s
  $q$ into v_answer;
  perform tests.act_as('postgres');
  return v_answer;
end
$$;
select is(pg_temp.seen_by('service_role'), '2031-01-01 1 1 0, 2031-01-02 3 2 1', 'the server: all');
select is(pg_temp.seen_by('analyst'), '2031-01-01 1 1 0, 2031-01-02 3 2 1', 'analysts too');
select is(pg_temp.seen_by('owner'), '2031-01-01 1 1 0, 2031-01-02 2 1 1', 'a user: one''s own');
select is(pg_temp.seen_by('brand_owner'), null, 'who rated nothing: none');
update public.conversation_sessions set deleted_at = now() where id = tests.s(1);
select is(pg_temp.seen_by('owner'), null, 'nor what is in the trash');

select * from finish();
rollback;
