begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/tools.psql
select plan(5);

select tests.start(1);
select tests.act_as('owner');
-- What the session does not keep is compared as it is kept.
create function pg_temp.again(p_mode public.content_mode, p_n integer, p_output text)
returns text
language plpgsql
as $$
begin
  perform tests.act_as('service_role');
  update public.conversation_sessions set content_mode = p_mode where id = tests.s(1);
  perform tests.act_as('owner');
  perform tests.did(tests.run(1, p_n));
  perform tests.did(tests.set_run(p_n, $a$ status = 'failed', output = '{"to": "me@example.org"}', error = 'x' $a$));
  return tests.set_run(p_n, format($a$ status = 'failed', output = %L, error = 'x' $a$, p_output));
end
$$;
select is(
  pg_temp.again('redacted', 3, '{"to": "me@example.org"}'), 'ok',
  'the same again is taken where the mail is redacted'
);
select is(
  pg_temp.again('redacted', 4, '{"to": "nobody"}'), 'PT409 ILLEGAL_TRANSITION', 'another output is not'
);
select is(
  pg_temp.again('none', 5, '{"to": "me@example.org"}'), 'ok', 'nor is it refused where no text is kept'
);
select is(tests.set_run(5, 'output = null'), 'PT409 ILLEGAL_TRANSITION', 'none is another one there, too');
select is(
  (select string_agg(concat_ws(' ', t.output, t.error), ', ' order by t.id)
   from public.tool_executions as t where t.id in (tests.t(3), tests.t(5))),
  '{"to": "[email]"} x, {} ', 'and nothing more is kept than before'
);

select * from finish();
rollback;
