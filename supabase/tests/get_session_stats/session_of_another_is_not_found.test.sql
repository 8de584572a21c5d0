begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(6);

select tests.start(1, 'other');
select tests.start(2);
select tests.start(3, 'brand_member', 'brand');
update public.conversation_sessions set deleted_at = now() where id = tests.s(2);
create function pg_temp.stats(p_id uuid)
returns text
language sql
as $$ select tests.error_of(format('select public.get_session_stats(%L)', p_id)) $$;
select tests.act_as('owner');
select is(pg_temp.stats(tests.s(1)), 'PT404 SESSION_NOT_FOUND', 'another user''s session');
select is(pg_temp.stats(tests.s(2)), 'PT404 SESSION_NOT_FOUND', 'a session in the trash');
select is(pg_temp.stats(tests.id_of('nothing')), 'PT404 SESSION_NOT_FOUND', 'an unknown id');
select is(pg_temp.stats(null), 'PT404 SESSION_NOT_FOUND', 'no id');
select tests.act_as('brand_admin');
select is(pg_temp.stats(tests.s(3)), 'PT404 SESSION_NOT_FOUND', 'a member''s, for the brand admin');
select tests.act_as('anon');
select is(pg_temp.stats(tests.s(1)), '42501', 'anon may not ask');

select * from finish();
rollback;
