import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { root } from "../../local/paths.ts";
import { push } from "../../local/supabase.ts";
import { put } from "../cli/support.ts";

const run = promisify(execFile);

/** Of a list each nth, beginning with another one each day: a smaller run of what takes minutes. */
export const sample = (() => {
  const every = Number(process.env["TURNBASE_SAMPLE_EVERY"] ?? 1);
  const first = Math.floor(Date.now() / 86_400_000) % every;
  return {
    every,
    has: (index: number) => index % every === first,
    says: `# A sample: each ${every}th from ${first} on (TURNBASE_SAMPLE_EVERY)`,
  };
})();

/** A project as many have one: forty migrations, its own profiles, messages and brands, a trigger at sign-up. */
export function shop(): Record<string, string> {
  const files: Record<string, string> = {
    "supabase/migrations/20240101000000_shop.sql": `
create table public.profiles (
  id uuid primary key references auth.users (id) on delete cascade,
  full_name text,
  created_at timestamptz not null default now()
);
alter table public.profiles enable row level security;
create policy "Users read their profile" on public.profiles for select to authenticated
  using ((select auth.uid()) = id);
create table public.brands (id bigint generated always as identity primary key, name text not null unique);
comment on table public.brands is 'What we sell.';
create table public.messages (
  id bigint generated always as identity primary key,
  brand_id bigint references public.brands (id),
  sender uuid references auth.users (id) on delete set null,
  body text not null check (body <> '')
);
create index messages_sender on public.messages (sender);
create function public.handle_new_user() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.profiles (id, full_name) values (new.id, new.email);
  return new;
end
$$;
create trigger on_auth_user_created after insert on auth.users
  for each row execute function public.handle_new_user();
insert into public.brands (name) values ('Acme');
`,
  };
  for (let n = 1; n < 40; n++) {
    const day = String(n % 28 + 1).padStart(2, "0");
    const month = String(Math.floor(n / 28) + 2).padStart(2, "0");
    files[`supabase/migrations/2024${month}${day}1200${String(n).padStart(2, "0")}_step.sql`] = `
create table public.shop_${n} (id bigint primary key, note text);
create view public.shop_view_${n} as select id from public.shop_${n};
`;
  }
  return files;
}

/** The real `supabase db push`, as it stands in the README. */
export async function pushAll(dir: string, dbUrl: string): Promise<string> {
  const { code, stdout, stderr } = await push(dbUrl, { workdir: dir, seed: false, all: false });
  assert.equal(code, 0, (stdout + stderr).slice(-4000));
  return stdout + stderr;
}

/**
 * Where another database of the server made the role analyst, its maker alone may grant it: the tests of a project want
 * to.
 */
export async function shareAnalyst(
  { dbUrl, adminUrl }: { dbUrl: string; adminUrl: string },
): Promise<void> {
  await withClient(adminUrl, async (client) => {
    const { username } = new URL(dbUrl);
    await client.query(`do $$ begin
      if to_regrole('analyst') is not null then grant analyst to ${username} with admin option; end if;
    end $$`);
  });
}

/** What a program prints, and its exit code. */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv; uid?: number; gid?: number },
): Promise<{ code: number; output: string }> {
  try {
    const { stdout, stderr } = await run(program, [...args], { maxBuffer: 1 << 26, ...options });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    if (typeof code !== "number") throw error;
    return { code, output: stdout + stderr };
  }
}

/** This package as it was before these migrations came. */
export async function packageWithout(files: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "turnbase-earlier-"));
  for (const name of ["cli", "supabase", "types", "package.json", "tsconfig.json"]) {
    await cp(join(root, name), join(folder, name), { recursive: true });
  }
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  const migrations = join(folder, "supabase/migrations");
  for (const file of files) await rm(join(migrations, `${file}.sql`));
  const { trimPerFile, trimWanted } = await import("../../cli/lists.ts");
  const left = new Set((await readdir(migrations)).map((name) => name.slice(0, -".sql".length)));
  for (
    const name of [
      "migrations/0010_foundation.sql",
      "migrations/0990_store_doctor.sql",
      "rollback.sql",
    ]
  ) {
    const text = await readFile(join(folder, "supabase", name), "utf8");
    await put(folder, `supabase/${name}`, trimPerFile(trimWanted(text, left), left));
  }
  const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  await put(folder, "package.json", JSON.stringify({ ...manifest, version: "0.0.9" }));
  return folder;
}

export async function withClient<T>(
  url: string,
  use: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** What `npm pack` makes, in a folder. */
export async function pack(folder: string): Promise<{ archive: string; files: string[] }> {
  const { code, output } = await runProgram(
    "npm",
    ["pack", "--json", "--silent", "--pack-destination", folder],
    { cwd: root },
  );
  assert.equal(code, 0, output);
  // Written by npm.
  const [made] = JSON.parse(output.slice(output.indexOf("["))) as [
    { filename: string; files: { path: string }[] },
  ];
  return { archive: join(folder, made.filename), files: made.files.map(({ path }) => path) };
}
