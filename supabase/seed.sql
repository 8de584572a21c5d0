-- Demo data for `supabase db reset`: two users who can sign in, and the brand they share.
-- Not part of the migrations; a hosted project never gets it.
-- Both passwords are turnbase-demo (bcrypt).
insert into auth.users (
  instance_id, id, aud, role, email, encrypted_password, email_confirmed_at, confirmation_token,
  recovery_token, email_change_token_new, email_change, raw_app_meta_data, raw_user_meta_data,
  created_at, updated_at
)
select
  '00000000-0000-0000-0000-000000000000', u.id, 'authenticated', 'authenticated', u.email,
  '$2b$10$q0MLaX4m3uAEsKQ3cozeZukiY2oExo/04h1vo.hnIHDx.3PLwh772', now(), '', '', '', '',
  '{"provider": "email", "providers": ["email"]}', jsonb_build_object('name', u.name), now(), now()
from (
  values
    ('a0000000-0000-4000-8000-000000000001'::uuid, 'ada@example.com', 'Ada'),
    ('a0000000-0000-4000-8000-000000000002'::uuid, 'grace@example.com', 'Grace')
) as u (id, email, name);

insert into auth.identities (
  provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at
)
select
  u.id::text, u.id, jsonb_build_object('sub', u.id, 'email', u.email, 'email_verified', true),
  'email', now(), now(), now()
from auth.users as u
where u.email in ('ada@example.com', 'grace@example.com');

-- Ada becomes its owner by trigger.
insert into public.brands (id, slug, name, created_by)
values (
  'b0000000-0000-4000-8000-000000000001', 'acme', 'Acme', 'a0000000-0000-4000-8000-000000000001'
);
insert into public.brand_members (brand_id, user_id, role)
values (
  'b0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000002', 'member'
);
