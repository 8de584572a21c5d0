import assert from "node:assert/strict";
import { test } from "node:test";
import { Made } from "../../cli/made.ts";
import { stampsAfter } from "../../cli/stamps.ts";

function made(sql: string): Made {
  const found = new Made();
  found.read("one.sql", sql);
  return found;
}

const makes: [sql: string, kind: string, name: string][] = [
  ["create table a (id int)", "table", "public.a"],
  ["CREATE TABLE IF NOT EXISTS public . A (id int)", "table", "public.a"],
  ['create unlogged table "private"."b c" ()', "table", "private.b c"],
  ["create table a (id int)", "type", "public.a"],
  ["create or replace view a as select 1", "table", "public.a"],
  ["create materialized view if not exists a as select 1", "table", "public.a"],
  ["create sequence a", "table", "public.a"],
  ["create type a as enum ('x')", "type", "public.a"],
  ["create domain private.a as text", "type", "private.a"],
  ["create or replace function a(b int default 1) returns int", "function", "public.a"],
  ["create procedure a() language sql as ''", "function", "public.a"],
  ['create policy "Own rows" on public.a for select', "policy", "Own rows on public.a"],
  [
    "create trigger t after insert or update of x on auth.users for each row",
    "trigger",
    "t on auth.users",
  ],
  ["create table b (id int); alter table b rename to a", "table", "public.a"],
  ["create table b.a (id int); alter table b.a set schema public", "table", "public.a"],
  ["select $$ ; $$; create table a (x text default ';--')", "table", "public.a"],
  [
    "create function b() returns int begin atomic select 1; end; create table a ()",
    "table",
    "public.a",
  ],
];

const makesNot: string[] = [
  "-- create table a (id int);",
  "/* create table a (id int); */",
  "select 'create table a (id int)'; select ';create table a ()'",
  "do $$ begin create table a (id int); end $$",
  "do $x$ begin perform $$;create table a ();$$; end $x$",
  "create temporary table a (id int)",
  "create table a (id int); drop table if exists a, b cascade",
  "create table a (id int); alter table public.a rename to c",
  "create table a (id int); alter table a set schema other",
  "create table other.a (id int)",
];

test("what a project's migrations make is found", () => {
  for (const [sql, kind, name] of makes) assert.equal(made(sql).get(kind, name), "one.sql", sql);
});

test("what they do not, or take away again, is not", () => {
  for (const sql of makesNot) assert.equal(made(sql).get("table", "public.a"), undefined, sql);
  const gone = made(`create function a(b int) returns int as $$ $$; drop function a(int);
    create policy p on b; drop policy p on b; create trigger t before delete on b execute function f();
    drop trigger if exists t on public.b;`);
  assert.equal(gone.get("function", "public.a"), undefined);
  assert.equal(gone.get("policy", "p on public.b"), undefined);
  assert.equal(gone.get("trigger", "t on public.b"), undefined);
});

test("an extension counts where it is elsewhere than in schema extensions", () => {
  const elsewhere: string[] = [
    "create extension vector",
    'CREATE EXTENSION IF NOT EXISTS "vector" WITH SCHEMA "public" VERSION \'0.8.0\'',
    "create extension vector with schema extensions; alter extension vector set schema public",
    // What is there stays where it is.
    "create extension vector; create extension if not exists vector with schema extensions",
    "create extension vector with schema extensions; drop extension vector; create extension vector",
  ];
  const right: string[] = [
    "create extension if not exists vector with schema extensions",
    'create extension vector schema "extensions"',
    "create extension vector; alter extension vector set schema extensions",
    "create extension vector; drop extension if exists vector cascade",
    "create extension vector with schema extensions; create extension if not exists vector",
    "create extension vectors",
  ];
  for (const sql of elsewhere) assert.equal(made(sql).get("extension", "vector"), "one.sql", sql);
  for (const sql of right) assert.equal(made(sql).get("extension", "vector"), undefined, sql);
});

test("stamps come after the newest migration, and are times", () => {
  const now = new Date("2026-03-04T23:59:58.500Z");
  assert.deepEqual(stampsAfter([], 3, now), [
    "20260304235958",
    "20260304235959",
    "20260305000000",
  ]);
  assert.deepEqual(stampsAfter(["0010", "20240101000000"], 1, now), ["20260304235958"]);
  assert.deepEqual(stampsAfter(["20991231235959", "20240101000000"], 2, now), [
    "21000101000000",
    "21000101000001",
  ]);
  assert.deepEqual(stampsAfter(["20269999999999"], 1, now), ["20270000000000"]);
  assert.throws(() => stampsAfter(["9"], 1, now), /sorts after every timestamp/);
});
