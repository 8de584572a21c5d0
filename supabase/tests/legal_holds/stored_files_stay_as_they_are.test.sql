begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/files.psql
\ir ../storage_objects/objects.psql
select plan(16);

-- File b belongs to the sessions 1 and 6 of one user, file d to 6 alone.
select tests.store_objects('own'), tests.store_objects('other'), tests.start(6);
select tests.file(1, 1, 'b'), tests.file(2, 6, 'b'), tests.file(3, 6, 'd');
insert into tests.objects (name, bucket_id, path)
select 'own ' || b.bytes, 'attachments', tests.path('owner', b.bytes)
from unnest('{b,d}'::text[]) as b (bytes);
select tests.store_objects('own _');

-- What they delete, and what they overwrite without a condition and as the Storage API does.
create function pg_temp.reached(p_actor text)
returns text
language plpgsql
as $$
declare
  v_changed text;
  v_deleted text;
begin
  v_changed := tests.reached(
    p_actor, $sql$ update storage.objects set version = '2', metadata = '{}', user_metadata = '{}' $sql$
  );
  update storage.objects set user_metadata = null;
  v_deleted := tests.reached(
    p_actor, $sql$ delete from storage.objects where bucket_id = 'attachments' $sql$
  );
  insert into storage.objects (bucket_id, name)
  select o.bucket_id, o.path from tests.objects as o where o.name like 'own%' or o.name = 'other'
  on conflict do nothing;
  return case
    when v_changed = v_deleted then v_changed
    else format('changed %s, deleted %s', v_changed, v_deleted)
  end;
end
$$;
delete from tests.objects where name not like 'own%' and name <> 'other';

select is(pg_temp.reached('owner'), 'own, own b, own d', 'without a hold all');
select public.set_legal_hold('court', tests.id_of('other'));
select is(pg_temp.reached('owner'), 'own, own b, own d', 'a hold on somebody else is nobody''s');
select is(pg_temp.reached('other'), 'none', 'but theirs');
select public.set_legal_hold('court', p_session_id => tests.s(6));
select is(pg_temp.reached('owner'), 'own', 'what a held session names stays, other sessions or not');
select tests.act_as('owner');
select is(
  tests.error_of(format(
    'insert into storage.objects (bucket_id, name) values (%L, %L)
     on conflict (bucket_id, name) do update set version = %L',
    'attachments', tests.path('owner', b.bytes), '2'
  )),
  b.answer, 'an upload over file ' || b.bytes
)
from (values ('d', '42501'), ('a', 'ok')) as b (bytes, answer);
select is(
  (select count(*) from storage.objects where name = tests.path('owner', 'd')), 1::bigint, 'it is read on'
);
select is(
  private.my_held_file_paths(), array[tests.path('owner', 'b'), tests.path('owner', 'd')],
  'users learn of their own'
);
select tests.act_as('brand_member');
select is(private.my_held_file_paths(), null, 'and of nobody else''s');
select tests.act_as('postgres');
select is(
  tests.reached('service_role', 'delete from storage.objects'), 'other, own, own b, own d',
  'the worker of the queue is not asked'
);
select tests.store_objects();
select public.release_legal_hold(h.id, 'over') from public.legal_holds as h where h.released_at is null;
select is(pg_temp.reached('owner'), 'own, own b, own d', 'once it is over, all again');
select public.set_legal_hold('court', tests.id_of('owner'));
select tests.store(tests.path('owner', 'e'));
select is(pg_temp.reached('owner'), 'none', 'of a held user all stays');
select is(
  (select count(*) from storage.objects where name = tests.path('owner', 'e')), 1::bigint,
  'with a row or without'
);
set local storage.allow_delete_query = 'true';
delete from storage.objects where name = tests.path('owner', 'e');
select public.release_legal_hold(h.id, 'over') from public.legal_holds as h where h.released_at is null;
update public.conversation_sessions set brand_id = tests.id_of('brand') where id = tests.s(1);
select public.set_legal_hold('court', p_brand_id => tests.id_of('brand'));
select is(pg_temp.reached('owner'), 'own d', 'a brand keeps its sessions'' files');
select is(pg_temp.reached('other'), 'other', 'and no others');
select public.release_legal_hold(h.id, 'over') from public.legal_holds as h where h.released_at is null;

-- As only the owner of the schema can: the session goes to somebody else, the bytes stay.
update public.conversation_sessions set user_id = tests.id_of('other') where id = tests.s(6);
select public.set_legal_hold('court', tests.id_of('other'));
select is(pg_temp.reached('owner'), 'own', 'the user of the session counts, wherever the bytes lie');

select * from finish();
rollback;
