-- 0900_brands_fkey: optional. Ties sessions to brands. Leave it out where brand ids come from a table
-- of your own; then give private.my_brand_ids() your meaning of membership.
-- Needs: 0020, 0030. Locks: brands, conversation_sessions (short). Breaking: no.

-- No action: a brand with sessions cannot be deleted.
alter table public.conversation_sessions
  add constraint conversation_sessions_brand_id_fkey
    foreign key (brand_id) references public.brands (id) on delete no action;
