begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/embeddings.psql
select plan(13);

select tests.start(1), tests.start(2, 'owner', 'brand'), tests.start(3, 'other'), tests.start(4);
insert into public.conversation_messages (id, session_id, role, content)
select tests.m(n), tests.s(n), 'user', 'invoice ' || n from generate_series(1, 4) as n;
select tests.embed(n, tests.v(1)) from generate_series(1, 4) as n;
select tests.act_as('owner');
select public.delete_session(tests.s(4));
select tests.act_as('postgres');
create view tests.found as
select 'match_messages' as name, f.message_id from public.match_messages(tests.v(1)) as f
union all
select 'find_similar_questions', f.message_id from public.find_similar_questions(tests.v(1)) as f
union all
select 'hybrid_search_messages', f.message_id
from public.hybrid_search_messages('invoice', tests.v(1)) as f;
alter view tests.found set (security_invoker = true);
grant select on tests.found to authenticated;
create function pg_temp.found(p_actor text, p_name text)
returns text
language plpgsql
as $$
begin
  perform tests.act_as(p_actor);
  return coalesce((
    select string_agg(tests.number_of(f.message_id), ' ' order by f.message_id)
    from tests.found as f
    where f.name = p_name
  ), 'none');
end
$$;
select is(pg_temp.found(a.actor, f.name), a.expected, f.name || ' finds those of ' || a.actor)
from (
  values ('owner', '1 2'), ('other', '3'), ('brand_admin', 'none'), ('anonymous', 'none')
) as a (actor, expected)
cross join (
  values ('match_messages'), ('find_similar_questions'), ('hybrid_search_messages')
) as f (name);
select tests.act_as('owner');
select public.restore_session(tests.s(4));
select is(pg_temp.found('owner', 'match_messages'), '1 2 4', 'and again what is restored');

select * from finish();
rollback;
