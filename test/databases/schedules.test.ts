import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import pg from "pg";
import { root } from "../../local/paths.ts";
import { openServer } from "../run/server.ts";
import { cronDatabase } from "../server/support.ts";

const timeout = 120_000;

/** pg_cron lives in one database of a server; there, inside a transaction that is taken back. */
test(
  "where pg_cron is, every job that has its function is scheduled once",
  { timeout },
  async (t) => {
    await using server = await openServer();
    const url = new URL(server.adminUrl);
    const sql = await readFile(join(root, "supabase/migrations/0800_schedules.sql"), "utf8");
    const database = await cronDatabase(url.href);
    if (database === undefined) {
      const reason = "this server has no pg_cron, or does not load it";
      console.log(`Left out: schedules (${reason})`);
      t.skip(reason);
      return;
    }
    url.pathname = `/${database}`;
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    try {
      await client.query("begin");
      await client.query("create extension if not exists pg_cron");
      await client.query("delete from cron.job");
      // One function is missing, one needs an argument.
      await client.query(`
      do $$ begin
        execute 'create or replace function public.make_log_partitions(integer default 3) returns integer language sql as ''select 0''';
        execute 'create or replace function public.run_retention(p_budget_seconds numeric default 5, p_dry_run boolean default false) returns integer language sql as ''select 0''';
        execute 'create or replace function public.merge_usage() returns bigint language sql as ''select 0::bigint''';
        if to_regproc('public.interrupt_stale_messages') is not null then
          execute 'drop function public.interrupt_stale_messages';
        end if;
      end $$`);
      await client.query(sql);
      await client.query(sql);
      const { rows } = await client.query<{ jobname: string; schedule: string; command: string }>(
        "select jobname, schedule, command from cron.job order by jobname",
      );
      assert.deepEqual(rows, [
        {
          jobname: "turnbase_make_log_partitions",
          schedule: "17 3 * * *",
          command: "select public.make_log_partitions()",
        },
        {
          jobname: "turnbase_merge_usage",
          schedule: "*/5 * * * *",
          command: "select public.merge_usage()",
        },
        {
          jobname: "turnbase_run_retention",
          schedule: "*/5 * * * *",
          command: "select public.run_retention()",
        },
        {
          jobname: "turnbase_trim_cron_history",
          schedule: "47 3 * * *",
          command: "delete from cron.job_run_details as r using cron.job as j " +
            "where j.jobid = r.jobid and starts_with(j.jobname, 'turnbase_') " +
            "and r.end_time < now() - interval '7 days'",
        },
      ]);
      await client.query("select cron.schedule('a_job_of_the_project', '0 4 * * *', 'select 1')");
      await client.query(
        `insert into cron.job_run_details (jobid, runid, command, username, end_time)
         select j.jobid, -row_number() over (order by j.jobname, d.days), j.jobname || ' ' || d.days,
           current_user, now() - make_interval(days => d.days)
         from cron.job as j, unnest('{6,8}'::int[]) as d (days)
         where j.jobname in ('a_job_of_the_project', 'turnbase_merge_usage')`,
      );
      // What the jobs say can be run as it stands.
      for (const { command } of rows) await client.query(command);
      const { rows: runs } = await client.query<{ command: string }>(
        "select command from cron.job_run_details where runid < 0 order by command",
      );
      assert.deepEqual(
        runs.map(({ command }) => command),
        ["a_job_of_the_project 6", "a_job_of_the_project 8", "turnbase_merge_usage 6"],
        "the history of the project's own jobs stays",
      );
      await client.query(
        "create function public.interrupt_stale_messages(p_seconds integer default 60) returns integer language sql as 'select 0'",
      );
      await client.query(sql);
      const { rows: more } = await client.query<{ command: string }>(
        "select schedule, command from cron.job where jobname = 'turnbase_interrupt_stale_messages'",
      );
      assert.deepEqual(more, [{
        schedule: "* * * * *",
        command: "select public.interrupt_stale_messages()",
      }]);
    } finally {
      await client.query("rollback").catch(() => undefined);
      await client.end();
    }
  },
);

test("without pg_cron the file does nothing", { timeout }, async () => {
  await using server = await openServer();
  const client = new pg.Client({ connectionString: server.adminUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ cron: string | null }>(
      "select to_regnamespace('cron')::text as cron",
    );
    assert.deepEqual(rows, [{ cron: null }]);
  } finally {
    await client.end();
  }
});
