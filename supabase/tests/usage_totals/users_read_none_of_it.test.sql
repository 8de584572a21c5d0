begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(4);

select tests.work();
select tests.act_as('owner');
select is_empty('select * from public.usage_totals', 'before a merge');
select tests.act_as('postgres');
select public.merge_usage();
select tests.act_as('owner');
select is_empty('select * from public.usage_totals', 'after it');
select isnt_empty('select * from public.usage_daily', 'while they have usage');
select tests.act_as('anon');
select is(tests.error_of('select count(*) from public.usage_totals'), '42501', 'anon may not ask');

select * from finish();
rollback;
