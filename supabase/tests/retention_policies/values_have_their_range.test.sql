begin;
\ir ../_shared/setup.psql
select plan(19);

select is(
  tests.error_of(
    format(
      'insert into public.retention_policies (brand_id, data_class, keep_days, action)
       values (%L, %L, %s, %L)',
      tests.id_of(c.brand), c.data_class, c.keep_days, c.action
    )
  ),
  c.expected, concat_ws(', ', c.brand, c.data_class, c.keep_days, c.action)
)
from (
  values
    (null, 'content', 1, 'wipe', 'ok'),
    (null, 'content', 1, 'delete', '23505'),
    ('brand', 'content', 36500, 'delete', 'ok'),
    ('brand', 'content', 1, 'wipe', '23505'),
    ('nothing', 'content', 1, 'wipe', '23503'),
    ('brand', 'trash', 0, 'delete', '23514'),
    ('brand', 'trash', 36501, 'delete', '23514'),
    ('brand', 'trash', 1, 'wipe', '23514'),
    ('brand', 'tool_payloads', 1, 'delete', '23514'),
    ('brand', 'tool_payloads', 1, 'wipe', 'ok'),
    ('brand', 'attachments', 1, 'wipe', '23514'),
    ('brand', 'attachments', 1, 'delete', 'ok'),
    ('brand', 'logs', 1, 'delete', '23514'),
    ('brand', 'metrics', 1, 'delete', '23514'),
    ('brand', 'visitor_sessions', 1, 'delete', '23514'),
    (null, 'visitor_sessions', 1, 'delete', 'ok')
) as c (brand, data_class, keep_days, action, expected);
select is(
  tests.error_of(
    'update public.retention_policies set id = (select r.id from public.retention_policies as r limit 1)'
  ), '23505', 'ids are unique'
);
delete from public.brands where id = tests.id_of('brand');
select is(
  (select count(*) from public.retention_policies where brand_id is not null), 0::bigint,
  'a brand''s go with it'
);
update public.retention_policies set updated_at = 'epoch', keep_days = 2;
select is_empty(
  'select 1 from public.retention_policies where updated_at <> now()', 'a change moves updated_at'
);

select * from finish();
rollback;
