-- 0170_message_feedback: what users think of messages.
-- Makes: public.message_feedback, public.message_feedback_stats.
-- Needs: 0010, 0030, 0040 (role analyst), 0050.
-- Locks: conversation_sessions, conversation_messages (foreign key, trigger). Breaking: no.

create type public.message_rating as enum ('up', 'down');
comment on type public.message_rating is 'Thumbs up or thumbs down.';

create table public.message_feedback (
  message_id  uuid                   not null,
  -- Both are given by the database; the defaults make them optional in the generated types.
  user_id     uuid                   not null default auth.uid(),
  session_id  uuid                   not null default '00000000-0000-0000-0000-000000000000',
  rating      public.message_rating  not null,
  reason      text,
  comment     text,
  created_at  timestamptz            not null default now(),
  updated_at  timestamptz            not null default now(),
  constraint message_feedback_pkey primary key (message_id, user_id),
  constraint message_feedback_message_id_fkey foreign key (session_id, message_id)
    references public.conversation_messages (session_id, id) on delete cascade
);
comment on table public.message_feedback is
  E'A user''s rating of a message, one a message and user: upsert it.\n\n'
  'Another rating replaces the one before: a reason or comment that is not sent with it goes. '
  'Who: users rate messages of their own sessions, not when anonymous; service_role rates for the '
  'session''s user. It goes with the message. Errors: PT404 MESSAGE_NOT_FOUND.';
comment on column public.message_feedback.message_id is 'The message.';
comment on column public.message_feedback.user_id is
  'The session''s user, set by the database. No foreign key: the session''s holds.';
comment on column public.message_feedback.session_id is 'The message''s session, set by the database.';
comment on column public.message_feedback.rating is 'Up or down.';
comment on column public.message_feedback.reason is
  'Why, in a word that the app chooses, such as incorrect. At most 1 KiB.';
comment on column public.message_feedback.comment is 'Why, in the user''s words. At most 64 KiB.';
comment on column public.message_feedback.created_at is 'When the message was first rated.';
comment on column public.message_feedback.updated_at is 'Last change of the rating.';

-- The ratings in a session; foreign key side of a message's deletion.
create index message_feedback_session_id_message_id_idx
  on public.message_feedback (session_id, message_id);
-- A user's ratings.
create index message_feedback_user_id_created_at_idx on public.message_feedback (user_id, created_at);

alter table public.message_feedback enable row level security;
-- From analyst too, whom a project may give what comes by default: what follows is by column.
revoke all on table public.message_feedback from public, anon, authenticated, service_role, analyst;

create policy message_feedback_select_own on public.message_feedback for select to authenticated
  using (
    user_id = (select auth.uid())
    and coalesce(session_id <> all ((select private.my_deleted_session_ids())::uuid[]), true)
  );
create policy message_feedback_insert_own on public.message_feedback for insert to authenticated
  with check (
    user_id = (select auth.uid())
    and coalesce(((select auth.jwt()) ->> 'is_anonymous')::boolean, false) = false
  );
create policy message_feedback_update_own on public.message_feedback for update to authenticated
  using (user_id = (select auth.uid()))
  with check (user_id = (select auth.uid()));
create policy message_feedback_delete_own on public.message_feedback for delete to authenticated
  using (user_id = (select auth.uid()));
create policy message_feedback_select_analyst on public.message_feedback for select to analyst
  using (true);
comment on policy message_feedback_select_own on public.message_feedback is
  'Users read their own ratings, but not of messages in the trash.';
comment on policy message_feedback_insert_own on public.message_feedback is
  'Users rate in their own name; anonymous users do not rate.';
comment on policy message_feedback_update_own on public.message_feedback is
  'Users change their own ratings.';
comment on policy message_feedback_delete_own on public.message_feedback is
  'Users take their own ratings back.';
comment on policy message_feedback_select_analyst on public.message_feedback is
  'Analysts read when and how was rated; reasons, comments and ids are not granted to them.';

grant select, delete on table public.message_feedback to authenticated, service_role;
grant insert (message_id, rating, reason, comment) on table public.message_feedback
  to authenticated, service_role;
-- An upsert over the API sets every column that it names, the key too; a trigger keeps that.
grant update (message_id, rating, reason, comment) on table public.message_feedback
  to authenticated, service_role;
-- Not granted to analyst: what was said, and by whom.
grant select (rating, created_at) on table public.message_feedback to analyst;

create trigger message_feedback_10_limits before insert or update of reason, comment
  on public.message_feedback for each row
  when (octet_length(new.reason) > 1024 or octet_length(new.comment) > 65536)
  execute function private.tg__refuse_too_large();

create function private.tg_message_feedback__place()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  v_trusted constant boolean := private.is_trusted_caller();
begin
  select m.session_id, m.user_id into new.session_id, new.user_id
  from public.conversation_messages as m
  join public.conversation_sessions as s on s.id = m.session_id
  where m.id = new.message_id
    and m.user_id is not null
    and (v_trusted or (m.user_id = auth.uid() and s.deleted_at is null))
  -- Waits for who deletes it, or hands its session over.
  for key share of m;
  if not found then
    perform private.raise_error('MESSAGE_NOT_FOUND');
  end if;
  return new;
end
$$;
revoke all on function private.tg_message_feedback__place()
  from public, anon, authenticated, service_role;
comment on function private.tg_message_feedback__place() is
  'Finds the message of a rating among those of the caller (PT404 MESSAGE_NOT_FOUND) and sets its '
  'session and user.';

create trigger message_feedback_20_place before insert on public.message_feedback
  for each row execute function private.tg_message_feedback__place();

create function private.tg_message_feedback__keep_message()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform private.raise_error('INVALID_ARGUMENT', 'A rating keeps its message; insert another one.');
  return null;
end
$$;
revoke all on function private.tg_message_feedback__keep_message()
  from public, anon, authenticated, service_role;
comment on function private.tg_message_feedback__keep_message() is
  'Refuses to move a rating to another message.';

create trigger message_feedback_20_keep_message before update of message_id
  on public.message_feedback for each row when (old.message_id <> new.message_id)
  execute function private.tg_message_feedback__keep_message();

-- Another rating takes the reason and the comment of the one before with it, unless they were sent too. An
-- update tells a trigger which columns it names by firing those of that column, and no other way: what was
-- sent unchanged is marked, and looks changed to the next trigger, which takes the mark off again.
create function private.tg_message_feedback__mark_sent()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if tg_argv[0] = 'reason' then
    new.reason := new.reason || E'\u0001';
  else
    new.comment := new.comment || E'\u0001';
  end if;
  return new;
end
$$;
revoke all on function private.tg_message_feedback__mark_sent()
  from public, anon, authenticated, service_role;
comment on function private.tg_message_feedback__mark_sent() is
  'Marks a reason or comment that is sent again with another rating.';

create function private.tg_message_feedback__replace()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.reason := case
    when new.reason = old.reason || E'\u0001' then old.reason
    when new.reason is distinct from old.reason then new.reason
  end;
  new.comment := case
    when new.comment = old.comment || E'\u0001' then old.comment
    when new.comment is distinct from old.comment then new.comment
  end;
  return new;
end
$$;
revoke all on function private.tg_message_feedback__replace()
  from public, anon, authenticated, service_role;
comment on function private.tg_message_feedback__replace() is
  'Another rating takes the reason and comment of the one before with it, unless they were sent too.';

create trigger message_feedback_11_mark_comment before update of comment on public.message_feedback
  for each row when (old.rating <> new.rating and old.comment = new.comment)
  execute function private.tg_message_feedback__mark_sent('comment');
create trigger message_feedback_11_mark_reason before update of reason on public.message_feedback
  for each row when (old.rating <> new.rating and old.reason = new.reason)
  execute function private.tg_message_feedback__mark_sent('reason');
create trigger message_feedback_12_replace before update on public.message_feedback
  for each row when (old.rating <> new.rating)
  execute function private.tg_message_feedback__replace();

create trigger message_feedback_30_touch before update on public.message_feedback
  for each row when (old.* is distinct from new.*)
  execute function private.tg__touch_updated_at();

create function private.tg_conversation_sessions__carry_feedback()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if new.user_id is null then
    delete from public.message_feedback as f where f.session_id = new.id;
  else
    update public.message_feedback as f set user_id = new.user_id where f.session_id = new.id;
  end if;
  return null;
end
$$;
revoke all on function private.tg_conversation_sessions__carry_feedback()
  from public, anon, authenticated, service_role;
comment on function private.tg_conversation_sessions__carry_feedback() is
  'Carries a change of a session''s user to its ratings; a session of nobody has none.';

create trigger conversation_sessions_70_carry_feedback after update of user_id
  on public.conversation_sessions for each row when (old.user_id is distinct from new.user_id)
  execute function private.tg_conversation_sessions__carry_feedback();

create view public.message_feedback_stats with (security_invoker = true) as
select
  (f.created_at at time zone 'utc')::date as day,
  count(*) as rating_count,
  count(*) filter (where f.rating = 'up') as up_count,
  count(*) filter (where f.rating = 'down') as down_count
from public.message_feedback as f
group by 1;
comment on view public.message_feedback_stats is
  E'Ratings by the UTC day on which a message was first rated.\n\n'
  'Who: users see their own, service_role and analyst everybody''s.';
comment on column public.message_feedback_stats.day is 'UTC day.';
comment on column public.message_feedback_stats.rating_count is 'Ratings, up and down.';
comment on column public.message_feedback_stats.up_count is 'Thumbs up.';
comment on column public.message_feedback_stats.down_count is 'Thumbs down.';
revoke all on table public.message_feedback_stats from public, anon, authenticated, service_role;
grant select on table public.message_feedback_stats to authenticated, service_role, analyst;
