begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
select plan(20);

select tests.start(1, 'owner');
do $$
begin
  for i in 1 .. 3 loop
    perform public.set_legal_hold('court', tests.id_of('owner'));
    perform public.release_legal_hold(h.id, 'over') from public.legal_holds as h where h.released_at is null;
  end loop;
end
$$;
select is(
  (select concat_ws(' ', v.ok, v.row_count, v.head_hash = (
    select encode(l.hash, 'hex') from public.audit_log as l where l.id = 6
  )) from public.verify_audit_chain() as v), 't 6 t', 'a chain of six is whole'
);
select is(tests.error_of(t.statement), 'PT403 FORBIDDEN', t.statement)
from (
  values
    ('update public.audit_log set details = ''{}'' where id = 3'),
    ('delete from public.audit_log where id = 3'), ('truncate public.audit_log, private.audit_reasons')
) as t (statement);
alter table public.audit_log disable trigger audit_log_10_refuse_change;

create function tests.verified() returns text language sql as $$
  select concat_ws(' ', v.ok, v.first_bad, v.problem) from public.verify_audit_chain() as v
$$;
-- Does it, tells what is found, and undoes it.
create function tests.after(p_statement text) returns text language plpgsql as $$
declare
  v_found text;
begin
  begin
    execute p_statement;
    v_found := tests.verified();
    raise exception using errcode = 'UNDO0';
  exception
    when sqlstate 'UNDO0' then null;
  end;
  return v_found;
end
$$;
select is(tests.after(t.statement), t.found, t.statement)
from (
  values
    ('update public.audit_log set at = at + interval ''1 microsecond'' where id = 3', 'f 3 changed'),
    ('update public.audit_log set action = ''session_read'' where id = 3', 'f 3 changed'),
    ('update public.audit_log set actor = ''x'' where id = 3', 'f 3 changed'),
    ('update public.audit_log set subject = null where id = 3', 'f 3 changed'),
    ('update public.audit_log set details = ''{}'' where id = 3', 'f 3 changed'),
    ('update public.audit_log set hash = sha256(''x'') where id = 3', 'f 3 changed'),
    ('update public.audit_log set previous_hash = sha256(''x'') where id = 3',
      'f 3 not chained to the row before'),
    ('update public.audit_log set details = ''{}'' where id = 6', 'f 6 changed'),
    ('delete from public.audit_log where id = 1', 'f 1 missing'),
    ('delete from public.audit_log where id = 3', 'f 3 missing'),
    ('delete from public.audit_log where id = 6', 'f 6 missing'),
    ('delete from public.audit_log', 'f 1 missing'),
    ('insert into public.audit_log select 7, l.at, l.action, l.actor, l.subject, l.details, l.hash, l.hash
      from public.audit_log as l where l.id = 6', 'f 7 changed'),
    ('update public.audit_log set id = 0 where id = 3; update public.audit_log set id = 3 where id = 4;
      update public.audit_log set id = 4 where id = 0', 'f 3 not chained to the row before')
) as t (statement, found);
-- Who knows how makes the row, and the next one does not fit.
select is(
  tests.after($$
    update public.audit_log as l set details = '{}';
    update public.audit_log as l set hash = private.audit_hash(l) where l.id = 3
  $$), 'f 1 changed', 'one whose hash is made anew'
);
select is(tests.verified(), 't', 'and all of it was undone');

select * from finish();
rollback;
