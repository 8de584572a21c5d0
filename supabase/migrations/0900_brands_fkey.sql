-- 0900_brands_fkey: optional. Ties what names a brand to brands. Leave it out where brand ids come from a
-- table of your own; then give private.my_brand_ids() and private.known_brand_id() your meaning.
-- Needs: 0020, 0030; of 0100, 0230 and 0270 what is there. Locks: brands, conversation_sessions, budgets,
--   budget_reservations, legal_holds, retention_policies (short). Breaking: no.

-- No action: a brand with sessions cannot be deleted.
alter table public.conversation_sessions
  add constraint conversation_sessions_brand_id_fkey
    foreign key (brand_id) references public.brands (id) on delete no action;

-- Files may be left out, and a project may have a table of such a name itself.
do $$
declare
  v_table text;
begin
  for v_table in
    select t.name
    from (
      values
        ('budgets', 'private.note_budget_alerts'),
        ('budget_reservations', 'private.note_budget_alerts'),
        ('legal_holds', 'private.tg__keep_held'),
        ('retention_policies', 'private.apply_retention')
    ) as t (name, made_with)
    where to_regproc(t.made_with) is not null
  loop
    execute format(
      'alter table public.%1$I add constraint %1$s_brand_id_fkey
       foreign key (brand_id) references public.brands (id) on delete cascade',
      v_table
    );
  end loop;
end
$$;
