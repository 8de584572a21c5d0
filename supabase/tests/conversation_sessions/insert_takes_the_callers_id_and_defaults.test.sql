begin;
\ir ../_shared/setup.psql
select plan(3);

select tests.act_as('owner');
create temp table made (id uuid);
with inserted as (
  insert into public.conversation_sessions (title) values ('t') returning id
)
insert into made select id from inserted;
select is(
  (
    select concat_ws(' ', s.user_id = tests.id_of('owner'), s.state, s.status, s.language)
    from public.conversation_sessions as s join made using (id)
  ), 't initial active simple', 'user, state, status, language'
);
select is(
  (
    select concat_ws(' ', s.answered_questions, s.pending_questions, s.selected_kb_ids, s.context,
      s.settings, s.metadata, s.content_mode)
    from public.conversation_sessions as s join made using (id)
  ), '{} [] {} {} {} {} full', 'the empty values'
);
select is(
  (
    select s.created_at = now() and s.last_activity_at = now() and s.updated_at = now()
    from public.conversation_sessions as s join made using (id)
  ), true, 'times'
);

select * from finish();
rollback;
