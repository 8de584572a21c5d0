begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(2);

insert into public.conversation_sessions (id, user_id, title)
values
  (tests.s(1), tests.id_of('owner'), 'tie low'),
  (tests.s(3), tests.id_of('owner'), 'tie high'),
  (tests.s(2), tests.id_of('owner'), 'newest'),
  (tests.s(4), tests.id_of('owner'), 'oldest');
update public.conversation_sessions
set
  last_activity_at = case title
    when 'newest' then '2026-03-03 00:00:00+00'::timestamptz
    when 'oldest' then '2026-03-01 00:00:00+00'
    else '2026-03-02 00:00:00.000001+00'
  end
where user_id = tests.id_of('owner');
select tests.act_as('owner');
select is(
  (
    select array_agg(l.title order by l.ordinality)
    from public.list_sessions() with ordinality as l
  ),
  array['newest', 'tie high', 'tie low', 'oldest'], 'the order'
);
select is(
  (
    select array_agg(l.title order by l.ordinality)
    from public.list_sessions(p_limit => 2) with ordinality as l
  ),
  array['newest', 'tie high'], 'a limit cuts the end'
);

select * from finish();
rollback;
