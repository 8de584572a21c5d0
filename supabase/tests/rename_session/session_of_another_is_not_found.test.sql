begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(5);

select tests.start(1, 'other');
select tests.start(2);
update public.conversation_sessions set deleted_at = now() where id = tests.s(2);
select tests.act_as('owner');
create function pg_temp.renamed(p_id uuid)
returns text
language sql
as $$ select tests.error_of(format('select public.rename_session(%L, %L)', p_id, 'x')) $$;
select is(pg_temp.renamed(tests.s(1)), 'PT404 SESSION_NOT_FOUND', 'another user''s session');
select is(pg_temp.renamed(tests.s(2)), 'PT404 SESSION_NOT_FOUND', 'a session in the trash');
select is(pg_temp.renamed(tests.id_of('nothing')), 'PT404 SESSION_NOT_FOUND', 'an unknown id');
select tests.act_as('postgres');
select is(
  (select count(*) from public.conversation_sessions where title = 'x'), 0::bigint,
  'nothing was renamed'
);
select tests.act_as('service_role');
select is((select title from public.rename_session(tests.s(1), 'x')), 'x', 'service_role may');

select * from finish();
rollback;
