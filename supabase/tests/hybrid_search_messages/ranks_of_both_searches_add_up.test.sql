begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/embeddings.psql
select plan(20);

-- By words: 3 before 2, because it says it twice. By meaning: 1, 2, 4.
select tests.start(1), tests.start(2);
insert into public.conversation_messages (id, session_id, role, content)
values
  (tests.m(1), tests.s(1), 'user', 'Where is my parcel?'),
  (tests.m(2), tests.s(1), 'user', 'A refund please'),
  (tests.m(3), tests.s(1), 'assistant', 'refund refund'), (tests.m(4), tests.s(2), 'user', 'Hello');
update public.conversation_messages set created_at = '2026-01-01';
select tests.embed(1, tests.v(1)), tests.embed(2, tests.v(1, 0.5)), tests.embed(4, tests.v(1, 1));
create function pg_temp.found(p_arguments text default 'p_limit => 20')
returns text
language plpgsql
as $$
declare
  v_found text;
begin
  execute format(
    'select string_agg(tests.number_of(f.message_id), '' '' order by f.ordinality)
     from public.hybrid_search_messages(''refund'', tests.v(1), %s) with ordinality as f', p_arguments
  ) into v_found;
  return coalesce(v_found, 'none');
end
$$;
select tests.act_as('owner');
select is(pg_temp.found(), '2 1 3 4', 'what both find comes first');
select results_eq(
  'select message_id, full_text_rank, semantic_rank, round(score::numeric, 6), similarity::numeric(3, 2),
     headline is not null, content
   from public.hybrid_search_messages(''refund'', tests.v(1), 3)',
  format(
    $$
      values
        (%L::uuid, 2, 2, round(1 / 62.0 + 1 / 62.0, 6), 0.89::numeric(3, 2), true, 'A refund please'),
        (%L, null, 1, round(1 / 61.0, 6), 1, false, 'Where is my parcel?'),
        (%L, 1, null, round(1 / 61.0, 6), null, true, 'refund refund')
    $$, tests.m(2), tests.m(1), tests.m(3)
  ), 'by the sum of the reciprocals of its places'
);
select is(pg_temp.found(c.arguments), c.expected, c.arguments)
from (
  values
    ('20, 1, 0', '3 2'), ('20, 0, 1', '1 2 4'), ('20, 10, 1', '2 3 1 4'), ('20, 0.1, 1, 1', '1 2 4 3'),
    ('1', '2'), ('p_role => ''assistant''', '3'), ('p_session_id => tests.s(2)', '4'),
    ('p_from => ''infinity''', 'none'), ('p_to => ''-infinity''', 'none'),
    ('p_brand_id => tests.id_of(''nothing'')', 'none'), ('p_agent_type => ''none''', 'none'),
    ('p_model => ''none''', '3 2')
) as c (arguments, expected);
select is(
  tests.error_of(format('select public.hybrid_search_messages(''x'', tests.v(1), %s)', c.arguments)),
  'PT400 INVALID_ARGUMENT', c.arguments
)
from (values ('0'), ('201'), ('1, -1'), ('1, 0, 0'), ('1, 1, ''NaN'''), ('1, 1, 1, 0')) as c (arguments);

select * from finish();
rollback;
