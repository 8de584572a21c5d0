begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(4);

select tests.start(1);
select tests.act_as('owner');
select is(
  tests.append(1, jsonb_build_array(
    jsonb_build_object('id', tests.m(1), 'role', 'user', 'content', 'm1') || '{
      "tokens_used": null, "metadata": null, "content_type": null, "parent": null,
      "parent_message_id": null, "parts": null, "cost_usd": null, "mood": null
    }'
  )), '1@1+', 'nulls are taken'
);
select is(
  (
    select concat_ws(' ', metadata, content_type, parent_message_id, cost_source)
    from public.conversation_messages
  ), '{} text none', 'defaults stand in their place'
);
select is(tests.append(1, jsonb_build_array(tests.msg(1))), '1@1=', 'left out: the same body');
select is(
  (
    select count(distinct a.id)
    from public.append_messages(
      tests.s(1), '[{"id": null, "role": "user", "content": "a"},
        {"id": null, "role": "user", "content": "a"}]'
    ) as a
  ), 2::bigint, 'a null id is a new one'
);

select * from finish();
rollback;
