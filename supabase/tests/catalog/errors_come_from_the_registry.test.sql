begin;
\ir ../_shared/setup.psql
\ir objects.psql
select plan(3);

create function tests.error_calls(p_body text)
returns table (arguments text)
language sql
immutable
as $$
  select c.arguments[1]
  from regexp_matches(
    p_body, 'private\.raise_error\(\s*((?:''(?:[^'']|'''')*''|[^()''])*)\)', 'g'
  ) as c (arguments)
$$;
create view tests.calls as
select f.function, c.arguments
from tests.functions as f
cross join tests.error_calls(f.body) as c
where f.body like '%raise_error%';

create view tests.findings as
-- Anything that raises, but for `raise;`, which passes an error on, and what ends nothing.
select f.function, 'raises by itself' as finding
from tests.functions as f
where f.function <> 'private.raise_error'
  and f.body ~* '\mraise\s+(?!(warning|notice|debug|log|info)\M)[^;\s]'
union all
select f.function, 'calls raise_error with more than brackets and strings can tell'
from tests.functions as f
where f.function <> 'private.raise_error'
  and regexp_count(f.body, 'raise_error\s*\(')
    <> (select count(*) from tests.error_calls(f.body))
union all
-- A constant code, and a constant hint in one or more pieces.
select c.function, 'formats an error: ' || c.arguments
from tests.calls as c
where c.arguments !~ '^''[A-Z_]+''(\s*,(\s*''([^'']|'''')*'')+)?\s*$'
union all
select c.function, 'not registered: ' || c.arguments
from tests.calls as c
where substring(c.arguments from '^''([A-Z_]+)''') not in (
  select e.code from private.error_codes() as e
);

select isnt_empty('select * from tests.calls', 'there are errors');
select is_empty(
  'select * from tests.findings', 'only raise_error raises, with a registered code and constants'
);

create function private.raises(p_text text) returns void language plpgsql as $$
begin
  raise exception 'No %', p_text using errcode = 'PT400';
end
$$;
create function private.formats(p_text text) returns void language plpgsql as $$
begin
  perform private.raise_error('FORBIDDEN', 'No ' || p_text);
end
$$;
create function private.invents() returns void language plpgsql as $$
begin
  perform private.raise_error('NO_SUCH_CODE');
exception
  when others then
    raise notice 'passed on';
    raise;
end
$$;
select set_eq(
  'select function from tests.findings',
  array['private.raises', 'private.formats', 'private.invents'],
  'a raise, a formatted hint and an unknown code are found'
);

select * from finish();
rollback;
