begin;
\ir ../_shared/setup.psql
\ir objects.psql
select plan(2);

create view tests.findings as
select r.relation
from tests.relations as r
where r.kind = 'view' and not r.options && array['security_invoker=true', 'security_invoker=on'];

select is_empty('select * from tests.findings', 'every view is security_invoker');

create view public.everything as select * from public.conversation_messages;
select set_eq(
  'select * from tests.findings', array['public.everything'], 'one that is not is found'
);

select * from finish();
rollback;
