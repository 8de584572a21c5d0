begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/formats.psql
select plan(3);

select tests.start(1, 'other', 'other_brand');
select tests.fill(1, 1);
select tests.act_as('owner');
create function pg_temp.read(p_id uuid)
returns text
language sql
as $$ select tests.error_of(format('select public.get_openai_messages(%L)', p_id)) $$;
select is(pg_temp.read(tests.s(1)), 'PT404 SESSION_NOT_FOUND', 'another user''s session');
select is(pg_temp.read(tests.id_of('nothing')), 'PT404 SESSION_NOT_FOUND', 'an unknown id');
select is(pg_temp.read(null), 'PT404 SESSION_NOT_FOUND', 'no id');

select * from finish();
rollback;
