begin;
\ir ../_shared/setup.psql
\ir objects.psql
select plan(2);

-- Behind a pooler that changes the connection with every transaction, the next one is somebody else's.
create view tests.findings as
select f.function, regexp_replace(m.found[1], '^(;|[a-z]+)\s+(?=(re)?set )', '') as found
from tests.functions as f
join pg_proc as p on p.oid = f.id
cross join lateral regexp_matches(
  lower(case when f.is_atomic then pg_get_function_sqlbody(f.id) else f.body end),
  concat_ws(
    '|',
    '(pg_(?:try_)?advisory_(?:lock|unlock)\w*',
    'set_config\s*\((?:[^()]|\([^()]*\))*,(?!\s*true\s*\))[^,()]+\)',
    -- At the beginning of a statement, unlike the one of an update.
    '(?:;|\m(?:begin|then|else|loop))\s+(?:re)?set\s+(?!local\M)\w+',
    '\mcreate\s+(?:local\s+|global\s+)?temp',
    'pg_temp\M',
    '\m(?:un)?listen\s+\w+\s*;',
    '\mdeallocate\M',
    '\mprepare\s+\w+\s*(?:\(|as\M)',
    '\mwith\s+hold\M',
    '\m(?:currval|lastval)\s*\(',
    '\mdiscard\s+\w+\s*;',
    '\mdblink_connect\M|setseed\s*\()'
  ),
  'g'
) as m (found)
where not f.is_aggregate;
select is_empty(
  'select * from tests.findings', 'no function leaves anything in the session for the next one'
);

create function private.keeps(p_what integer)
returns void
language plpgsql
as $$
begin
  perform pg_advisory_lock(1);
  perform pg_try_advisory_lock_shared(2);
  perform set_config('turnbase.user', auth.uid()::text, false);
  perform set_config('turnbase.user', coalesce('a', 'b'), p_what = 1);
  create temp table kept (id uuid);
  listen kept;
  perform currval('kept');
  execute 'prepare kept as select 1';
  execute 'declare kept cursor with hold for select 1';
  set role anon;
  set statement_timeout = '1s';
  perform setseed(0.5);
  -- These end with the transaction.
  perform pg_advisory_xact_lock(1);
  perform set_config('turnbase.user', 'listen', true);
  set local statement_timeout = '1s';
end
$$;
select set_eq(
  'select function, found from tests.findings',
  $$
    values
      ('private.keeps', 'pg_advisory_lock'),
      ('private.keeps', 'pg_try_advisory_lock_shared'),
      ('private.keeps', 'set_config(''turnbase.user'', auth.uid()::text, false)'),
      ('private.keeps', 'set_config(''turnbase.user'', coalesce(''a'', ''b''), p_what = 1)'),
      ('private.keeps', 'create temp'),
      ('private.keeps', 'listen kept;'),
      ('private.keeps', 'currval('),
      ('private.keeps', 'prepare kept as'),
      ('private.keeps', 'with hold'),
      ('private.keeps', 'set role'),
      ('private.keeps', 'set statement_timeout'),
      ('private.keeps', 'setseed(')
  $$,
  'those that do are found, and what ends with the transaction is not'
);

select * from finish();
rollback;
