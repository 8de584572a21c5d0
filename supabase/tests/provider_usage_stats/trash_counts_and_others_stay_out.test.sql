begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(3);

select tests.start(1);
select tests.start(2, 'other');
select tests.start(3, 'owner', 'brand');
insert into public.conversation_messages (session_id, role, content, provider)
values
  (tests.s(1), 'assistant', 'a', 'trashed'), (tests.s(2), 'assistant', 'a', 'other'),
  (tests.s(3), 'assistant', 'a', 'own');
update public.conversation_sessions set deleted_at = now() where id = tests.s(1);
select tests.act_as('owner');
select is(
  (select array_agg(provider order by provider) from public.provider_usage_stats),
  array['own', 'trashed'], 'only one''s own; what is in the trash was spent all the same'
);
select tests.act_as('brand_owner');
select is_empty('select * from public.provider_usage_stats', 'a brand owner sees no member''s');
select tests.act_as('service_role');
select is(
  (
    select count(*) from public.provider_usage_stats
    where provider in ('trashed', 'other', 'own')
  ), 3::bigint, 'service_role sees everybody''s'
);

select * from finish();
rollback;
