begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/files.psql
select plan(7);

select tests.start(1), tests.start(2), tests.start(3, 'other');
create function pg_temp.duplicate_of(p_n integer)
returns text
language sql
as $$
  select coalesce(right(a.duplicate_of::text, 1), 'none')
  from public.attachments as a
  where a.id = tests.a(p_n)
$$;
select tests.act_as('owner');
select tests.file(1, 1, 'a');
select is(pg_temp.duplicate_of(1), 'none', 'the first file has to be uploaded');
select tests.file(2, 2, 'a');
select is(pg_temp.duplicate_of(2), 'none', 'so has the second while the first is not');
select tests.store(tests.path('owner', 'a'));
select tests.act_as('postgres');
insert into storage.buckets (id, name) values ('other-bucket', 'other-bucket');
select tests.store(tests.path('owner', 'b'), 'other-bucket');
select tests.act_as('owner');
select tests.file(3, 2, 'a');
select is(pg_temp.duplicate_of(3), '1', 'then the first one is named');
select tests.file(4, 1, 'b');
select tests.file(5, 1, 'b');
select is(pg_temp.duplicate_of(5), 'none', 'bytes in another bucket do not count');
select tests.act_as('other');
select tests.file(6, 3, 'a');
select is(pg_temp.duplicate_of(6), 'none', 'nor those of another user');
select tests.act_as('owner');
delete from public.attachments where id = tests.a(1);
select is(pg_temp.duplicate_of(3), '1', 'the answer stays when the first one goes');
select is(tests.queue(), 'empty', 'and so do the bytes');

select * from finish();
rollback;
