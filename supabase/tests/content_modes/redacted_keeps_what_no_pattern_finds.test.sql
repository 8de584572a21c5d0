begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/write_paths.psql
select plan(8);

select tests.act_as('brand_owner');
update public.brands set content_mode = 'redacted' where id = tests.id_of('brand');
select tests.act_as('postgres');
select tests.start(1, 'owner', 'brand');
select tests.write_all('Ask Zebrafink@vogel.example');
select is_empty($$ select tests.where_is('zebrafink') $$, 'no way in leaves an address anywhere');
select is_empty($$ select tests.where_is('vogel') $$, 'nor a part of it');
select is_empty($$ select tests.where_is('0.7734375') $$, 'nor a vector that an app made of it');
select results_eq(
  $$ select content, metadata, content_length, content_mode::text
     from public.conversation_messages where id = tests.m(2) $$,
  $$
    values (
      'Ask [email]',
      '{"a": ["Ask [email]", {"b": "Ask [email] Ask [email]"}], "Ask [email]": true}'::jsonb,
      null::integer, 'redacted'
    )
  $$,
  'the rest stays, names and depths of JSON too'
);
select is(
  (select content from public.conversation_messages where id = tests.m(6)), 'Ask [email]',
  'what comes in pieces is found'
);

-- A piece that ends inside, after what is a whole one by itself.
select tests.act_as('owner');
select public.begin_message(tests.s(1), tests.m(30));
select public.append_message_delta(tests.m(30), 1, 'card 4111 1111 1111 1');
select public.append_message_delta(tests.m(30), 2, '111, mail a@b.co');
select public.append_message_delta(tests.m(30), 3, 'm and +49 151 2345');
select public.append_message_delta(tests.m(30), 4, '678');
select public.finish_message(tests.m(30));
select is(
  (select content from public.conversation_messages where id = tests.m(30)),
  'card [card], mail [email] and [phone]', 'whole, whatever the pieces'
);
select public.begin_message(tests.s(1), tests.m(31));
select public.append_message_delta(tests.m(31), 1, 'mail a@b.co');
select tests.act_as('postgres');
select private.interrupt_stream(tests.m(31), 'infinity');
select is(
  (select held_text from private.message_streams where message_id = tests.m(31)), null,
  'what was held back goes when nobody streams any more'
);
select is(
  (select count(*) from private.message_streams where message_id = tests.m(30)), 0::bigint,
  'and when it is finished'
);

select * from finish();
rollback;
