begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/embeddings.psql
select plan(44);

-- Of one direction, leaning more and more; 5 has another.
select tests.start(1), tests.start(2, 'owner', 'brand');
update public.conversation_sessions set agent_type = 'helper' where id = tests.s(2);
insert into public.conversation_messages (id, session_id, role, content)
select
  tests.m(n), tests.s(case when n > 3 then 2 else 1 end),
  (case when n % 2 = 0 then 'assistant' else 'user' end)::public.message_role, 'm' || n
from generate_series(1, 5) as n;
update public.conversation_messages set created_at = '2026-01-01'::date + right(id::text, 1)::integer;
select tests.embed(n, tests.v(1, n / 2.0)) from generate_series(1, 4) as n;
select tests.embed(5, tests.v(2)), tests.embed(1, tests.v(2), 'other');
create function pg_temp.found(p_arguments text)
returns text
language plpgsql
as $$
declare
  v_found text;
begin
  execute format(
    'select string_agg(tests.number_of(f.message_id), '' '' order by f.ordinality)
     from public.match_messages(tests.v(1), %s) with ordinality as f', p_arguments
  ) into v_found;
  return coalesce(v_found, 'none');
end
$$;
create table tests.cases (arguments text primary key, expected text not null);
grant select on tests.cases to authenticated;
insert into tests.cases (arguments, expected)
select * from (
  values
    ('10', '1 2 3 4 5'), ('2', '1 2'), ('10, 0.7', '1 2'), ('10, 1', 'none'), ('10, -1', '1 2 3 4 5'),
    ('p_role => ''user''', '1 3 5'), ('p_session_id => tests.s(2)', '4 5'),
    ('1, p_session_id => tests.s(2)', '4'), ('p_from => ''2026-01-03''', '2 3 4 5'),
    ('p_to => ''2026-01-03''', '1'), ('p_brand_id => tests.id_of(''brand'')', '4 5'),
    ('p_brand_id => tests.id_of(''nothing'')', 'none'), ('p_agent_type => ''helper''', '4 5'),
    ('p_agent_type => ''other''', 'none'), ('p_model => ''other''', '1'), ('p_model => ''none''', 'none'),
    ('1, p_role => ''assistant'', p_from => ''2026-01-04'', p_agent_type => ''helper''', '4')
) as c (arguments, expected);
select tests.act_as('owner');
select is(pg_temp.found(c.arguments), c.expected, c.arguments || ', exactly') from tests.cases as c;
-- For a table whose size is not known yet.
select tests.act_as('postgres');
update private.embedding_settings set exact_up_to = 0;
select tests.act_as('owner');
select is(pg_temp.found(c.arguments), c.expected, c.arguments || ', by the index') from tests.cases as c;
select results_eq(
  'select * from public.match_messages(tests.v(1, 0.5), 1)',
  format(
    'values (%L::uuid, %L::uuid, ''user''::public.message_role, timestamptz %L, 1::real, ''m1'')',
    tests.m(1), tests.s(1), '2026-01-02'
  ), 'a match is a message with its similarity'
);
select is(
  tests.error_of(format('select public.match_messages(%s)', c.arguments)), c.expected, c.name
)
from (
  values
    ('array_fill(1::real, array[383])', 'PT400 INVALID_ARGUMENT', 'a vector of another length'),
    ('null', 'PT400 INVALID_ARGUMENT', 'none'),
    ('array_fill(0::real, array[384])', 'PT400 INVALID_ARGUMENT', 'one without a direction'),
    ('tests.v(1), 0', 'PT400 INVALID_ARGUMENT', 'nothing'),
    ('tests.v(1), 201', 'PT400 INVALID_ARGUMENT', 'too much'),
    ('tests.v(1), 200', 'ok', 'much'),
    ('tests.v(1), 1, 1.1', 'PT400 INVALID_ARGUMENT', 'more than the same'),
    ('tests.v(1), 1, ''NaN''', 'PT400 INVALID_ARGUMENT', 'no similarity')
) as c (arguments, expected, name);
select tests.act_as('postgres');
select is(
  tests.error_of('select public.match_messages(tests.v(1))'), 'PT401 UNAUTHENTICATED', 'nobody''s messages'
);

select * from finish();
rollback;
