begin;
\ir ../_shared/setup.psql
\ir fixtures.psql
select plan(19);

-- No role may write these columns and triggers guard some, so only without both is the policy asked
-- about the new row. A statement without a where clause is not asked what it may read.
set constraints all immediate;
grant update (user_id) on public.conversation_sessions to authenticated;
grant update (user_id) on public.conversation_messages to authenticated;
grant update (user_id) on public.tool_executions to authenticated;
grant update (user_id) on public.profiles to authenticated;
grant update (user_id) on public.attachments to authenticated;
grant update (user_id) on public.message_feedback to authenticated;
grant update (brand_id) on public.brand_members to authenticated;
grant update (id) on public.brands to authenticated;
grant update (brand_id, user_id) on public.budgets to authenticated;
alter table public.conversation_sessions disable trigger user;
alter table public.conversation_messages disable trigger user;
alter table public.tool_executions disable trigger user;
alter table public.brand_members disable trigger user;

select tests.act_as('owner');
select is(
  tests.error_of(
    format('update public.conversation_sessions set user_id = %L', tests.id_of('other'))
  ),
  '42501',
  'a session cannot be given away'
);
select is(
  tests.error_of(
    format('update public.conversation_sessions set user_id = %L', tests.id_of('owner'))
  ),
  'ok',
  'a session can be kept'
);
select is(
  tests.error_of(
    format('update public.conversation_messages set user_id = %L', tests.id_of('other'))
  ),
  '42501',
  'a message cannot be given away'
);
select is(
  tests.error_of(
    format('update public.conversation_messages set user_id = %L', tests.id_of('owner'))
  ),
  'ok',
  'a message can be kept'
);
select is(
  tests.error_of(format('update public.tool_executions set user_id = %L', tests.id_of('other'))),
  '42501',
  'a tool run cannot be given away'
);
select is(
  tests.error_of(format('update public.tool_executions set user_id = %L', tests.id_of('owner'))),
  'ok',
  'a tool run can be kept'
);
select is(
  tests.error_of(format('update public.profiles set user_id = %L', tests.id_of('anonymous'))),
  '42501',
  'a profile cannot be given away'
);
select is(
  tests.error_of(format('update public.profiles set user_id = %L', tests.id_of('owner'))),
  'ok',
  'a profile can be kept'
);
select is(
  tests.error_of(format('update public.%I set user_id = %L', t.name, tests.id_of('other'))),
  '42501',
  t.name || ' cannot be given away'
)
from (values ('attachments'), ('message_feedback')) as t (name);
select is(
  tests.error_of(format('update public.%I set user_id = %L', t.name, tests.id_of('owner'))),
  'ok',
  t.name || ' can be kept'
)
from (values ('attachments'), ('message_feedback')) as t (name);

select tests.act_as('brand_owner');
select is(
  tests.error_of(
    format('update public.brand_members set brand_id = %L', tests.id_of('other_brand'))
  ),
  '42501',
  'an owner cannot move members to a brand of somebody else'
);
select is(
  tests.error_of('update public.brand_members set brand_id = brand_id'),
  'ok',
  'an owner can keep the members'
);

select tests.act_as('brand_admin');
select is(
  tests.error_of('update public.brands set id = gen_random_uuid()'),
  '42501',
  'an admin cannot turn a brand into one of nobody'
);
select is(tests.error_of('update public.brands set id = id'), 'ok', 'an admin can keep the brand');
select is(
  tests.error_of(
    format('update public.budgets set brand_id = %L', tests.id_of('other_brand'))
  ),
  '42501',
  'an admin cannot set the budget of another brand'
);
select is(
  tests.error_of(
    format('update public.budgets set brand_id = null, user_id = %L', tests.id_of('brand_admin'))
  ),
  '42501',
  'nor turn it into one of a user'
);
select is(
  tests.error_of('update public.budgets set brand_id = brand_id'),
  'ok',
  'an admin can keep the budget'
);

select * from finish();
rollback;
