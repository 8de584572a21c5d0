begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/write_paths.psql
select plan(3);

create table tests.seen (path text, is_found boolean, is_kept boolean);
-- Retention wipes a session again whose last activity is later than its last wipe.
create function tests.write_after_wipes() returns void language plpgsql as $$
declare
  v_path record;
  v_is_found boolean;
begin
  for v_path in select w.* from tests.write_paths as w order by w.position loop
    perform private.wipe_sessions(array[tests.s(1)]);
    perform tests.act_as(v_path.actor);
    perform tests.run_path(v_path.statement, 'Zebrafink');
    perform tests.act_as('postgres');
    select s.last_activity_at > s.wiped_at into v_is_found
    from public.conversation_sessions as s
    where s.id = tests.s(1);
    -- The copies that some ways make are sessions of their own.
    delete from public.conversation_sessions where id <> tests.s(1);
    insert into tests.seen
    select v_path.path, v_is_found, not v_is_found and exists (select tests.where_is('zebrafink'));
  end loop;
end
$$;

select tests.start(1, 'owner', 'brand');
select tests.write_after_wipes();
select cmp_ok(
  (select count(distinct s.path) from tests.seen as s where s.is_found), '>=', 10::bigint,
  'retention finds what came after a wipe by many ways'
);
select is_empty(
  'select s.path from tests.seen as s where s.is_kept', 'by every other way no content comes'
);
select private.wipe_sessions(array[tests.s(1)]);
update public.message_feedback set rating = 'down', reason = null, comment = null;
select results_eq(
  $$ select f.rating::text, s.last_activity_at > s.wiped_at
    from public.message_feedback as f
    join public.conversation_sessions as s on s.id = f.session_id $$,
  $$ values ('down', false) $$,
  'a rating alone does not move it in lists'
);

select * from finish();
rollback;
