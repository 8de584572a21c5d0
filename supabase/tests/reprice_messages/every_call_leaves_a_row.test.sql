begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/ledger.psql
select plan(5);

select tests.start(1);
select tests.act_as('service_role');
insert into public.conversation_messages (session_id, role, content, provider, model_used, input_tokens)
values (tests.s(1), 'assistant', 'a', 'acme', 'm', 1000000);
select tests.price('m');
create temporary table fixture as
select r.*
from public.reprice_messages(
  '2026-01-01 00:00+00', '2036-01-01 00:00+00', 'acme', 'm', 500
) as r;
select results_eq(
  'select * from fixture', 'select * from public.repricings', 'the answer is the row'
);
select results_eq(
  $$
    select at, actor, from_at, to_at, provider, model, messages_changed, cost_usd_before,
      cost_usd_after, is_complete
    from public.repricings
  $$,
  $$
    values (
      now(), 'service_role', timestamptz '2026-01-01 00:00+00', timestamptz '2036-01-01 00:00+00',
      'acme', 'm', 1::bigint, 0::numeric, 2::numeric, true
    )
  $$, 'with who called, for what, and what came of it'
);
select public.reprice_messages('2026-01-01 00:00+00', '2036-01-01 00:00+00');
select is(
  (
    select concat_ws(' ', count(*), sum(r.messages_changed), count(r.provider), max(r.id) > min(r.id))
    from public.repricings as r
  ), '2 1 1 t', 'a second call changes nothing and leaves its row'
);
select is(tests.error_of('delete from public.repricings'), '42501', 'which nobody takes away');
select tests.act_as('owner');
select is(tests.error_of('select count(*) from public.repricings'), '42501', 'users do not read them');

select * from finish();
rollback;
