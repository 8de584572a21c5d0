begin;
\ir ../_shared/setup.psql
\ir ../_fixtures/conversation.psql
\ir ../_fixtures/files.psql
\ir objects.psql
select plan(7);

select tests.store_objects();
-- Without a condition, so that only the policy on deletes is asked.
select is(
  tests.reached(a.name, 'delete from storage.objects'), a.reached, a.name || ' deletes: ' || a.reached
)
from (
  values ('anonymous', 'none'), ('anon', 'none'), ('brand_owner', 'none'), ('owner', 'own'),
    ('other', 'other, own')
) as a (name, reached);
select is(
  tests.reached('service_role', 'delete from storage.objects'),
  (select string_agg(o.name, ', ' order by o.name) from tests.objects as o), 'the server all'
);
select tests.store_objects('own');
select tests.act_as('owner');
set local storage.allow_delete_query = '';
select is(
  tests.error_of('delete from storage.objects'), '42501', 'by the Storage API alone, not by SQL'
);

select * from finish();
rollback;
