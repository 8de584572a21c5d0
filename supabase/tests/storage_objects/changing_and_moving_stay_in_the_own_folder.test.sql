begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/files.psql
\ir objects.psql
select plan(16);

select tests.store_objects();
-- Without a condition, so that only the policy on updates is asked.
select is(
  tests.reached(a.name, $$ update storage.objects set user_metadata = '{}' $$), a.reached,
  a.name || ' changes: ' || a.reached
)
from (
  values ('anonymous', 'none'), ('anon', 'none'), ('brand_owner', 'none'), ('owner', 'own'),
    ('other', 'other, own')
) as a (name, reached);
create function pg_temp.move(p_actor text, p_from text, p_bucket text, p_to text)
returns text
language plpgsql
as $$
declare
  v_answer text;
  v_count bigint;
begin
  perform tests.act_as(p_actor);
  begin
    update storage.objects as s set bucket_id = p_bucket, name = p_to
    from tests.objects as o
    where o.name = p_from and s.bucket_id = o.bucket_id and s.name = o.path;
    get diagnostics v_count = row_count;
    raise exception using errcode = 'UNDO0', message = v_count || ' moved';
  exception
    when others then
      v_answer := case sqlstate when 'UNDO0' then sqlerrm else sqlstate end;
  end;
  perform tests.act_as('postgres');
  return v_answer;
end
$$;
-- Without a condition, which would bring in the policy on reads: of all that is there, one row is the
-- user's to move.
create function pg_temp.move_own(p_bucket text, p_to text)
returns text
language plpgsql
as $$
declare
  v_answer text;
  v_count bigint;
begin
  perform tests.act_as('owner');
  begin
    update storage.objects set bucket_id = p_bucket, name = p_to;
    get diagnostics v_count = row_count;
    raise exception using errcode = 'UNDO0', message = v_count || ' moved';
  exception
    when others then
      v_answer := case sqlstate when 'UNDO0' then sqlerrm else sqlstate end;
  end;
  perform tests.act_as('postgres');
  return v_answer;
end
$$;
insert into public.attachments (session_id, name, size_bytes, mime_type, sha256)
values
  (tests.s(1), 'a', 1, 'text/plain', tests.hash('b')),
  (tests.s(2), 'a', 1, 'text/plain', tests.hash('b'));
select is(
  pg_temp.move_own('attachments', tests.path('owner', 'b')), '1 moved',
  'a file moves within the folder'
);
select is(
  pg_temp.move_own('attachments', tests.path('owner', 'c')), '42501',
  'not to a name that is not registered'
);
select is(
  pg_temp.move_own('attachments', tests.path('other', 'b')), '42501',
  'not into the folder of somebody else'
);
select is(
  pg_temp.move_own('other-bucket', tests.path('owner', 'b')), '42501',
  'not into another bucket'
);
select is(
  pg_temp.move('owner', 'other', 'attachments', tests.path('owner', 'b')), '0 moved',
  'and nothing comes from the folder of somebody else'
);
select is(
  pg_temp.move('owner', 'other bucket', 'attachments', tests.path('owner', 'b')), '0 moved',
  'or from another bucket'
);
select is(
  pg_temp.move('anonymous', 'anonymous', 'attachments', tests.path('anonymous', 'b')), '0 moved',
  'an anonymous user moves nothing'
);
-- Free the names, which are registered all the same.
set local storage.allow_delete_query = 'true';
delete from storage.objects as s using tests.objects as o where o.name like 'trick%' and o.path = s.name;
select is_empty(
  $$
    select t.name, t.path
    from tests.objects as t
    where t.name like 'trick%' and pg_temp.move_own('attachments', t.path) <> '42501'
  $$,
  'no trick is a way out'
);
select is(
  (
    select string_agg(format('%s %s', p.polname, (
      select string_agg(r.id::regrole::text, ' ') from unnest(p.polroles) as r (id)
    )), ', ' order by p.polname)
    from pg_policy as p
    where p.polrelid = 'storage.objects'::regclass and p.polname like 'attachments\_%'
  ),
  'attachments_delete_own authenticated, attachments_insert_own authenticated, '
  'attachments_select_own authenticated, attachments_update_own authenticated',
  'the policies are for signed-in users'
);
select is(
  (select row(b.public, b.file_size_limit)::text from storage.buckets as b where b.id = 'attachments'),
  row(false, 52428800::bigint)::text, 'the bucket is private and takes files up to 50 MiB'
);
select is(pg_temp.move('service_role', 'own', 'attachments', 'anything'), '1 moved', 'the server may');

select * from finish();
rollback;
