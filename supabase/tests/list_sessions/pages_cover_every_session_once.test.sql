-- Times of microseconds, several sessions each: a page ends inside a tie.
begin;
\ir ../_shared/setup.psql
select plan(6);

insert into public.conversation_sessions (user_id)
select tests.id_of('owner') from generate_series(1, 23);
update public.conversation_sessions as s
set last_activity_at = '2026-03-01 00:00:00.000001+00'::timestamptz
  + (n.no / 4) * interval '1 microsecond'
from (select id, row_number() over () as no from public.conversation_sessions) as n
where n.id = s.id and s.user_id = tests.id_of('owner');
create temp table seen (page integer, row_no bigint, id uuid, last_activity_at timestamptz);
grant all on table seen to authenticated;
create function tests.read_pages(p_limit integer)
returns integer
language plpgsql
as $$
declare
  v_cursor text;
  v_page integer := 0;
  v_rows integer;
begin
  delete from seen;
  loop
    v_page := v_page + 1;
    with page as (
      select l.* from public.list_sessions(p_limit => p_limit, p_cursor => v_cursor)
        with ordinality as l
    ),
    kept as (
      insert into seen select v_page, p.ordinality, p.id, p.last_activity_at from page as p
    )
    select count(*), max(p.cursor) filter (where p.ordinality = p_limit) into v_rows, v_cursor
    from page as p;
    exit when v_cursor is null or v_page > 50;
  end loop;
  return v_page;
end
$$;
select tests.act_as('owner');
select is(tests.read_pages(5), 5, '23 sessions by 5: five pages');
select is((select count(*) from seen), 23::bigint, 'no row twice');
select is((select count(distinct id) from seen), 23::bigint, 'every row once');
select is(
  (select array_agg(id order by page, row_no) from seen),
  (
    select array_agg(id order by last_activity_at desc, id desc)
    from public.conversation_sessions
  ), 'in one order over all pages'
);
select is(tests.read_pages(1), 24, 'one by one: an empty last page');
select is((select count(distinct id) from seen), 23::bigint, 'every row once');

select * from finish();
rollback;
