import { missing, missingNumber } from "../actors.ts";
import type { Column, Relation } from "../catalog.ts";
import type { Row } from "../marks.ts";

/** Of Postgres' types, one value each that is taken. */
export function valueOf(type: string, at = 0): unknown {
  const plain = type.replace(/^public\./, "");
  const values: Record<string, unknown> = {
    uuid: `40000000-0000-4000-9000-${String(at).padStart(12, "0")}`,
    text: "x",
    integer: 1,
    bigint: 1,
    numeric: 1,
    real: 1,
    boolean: true,
    jsonb: [],
    date: "2026-01-01",
    "timestamp with time zone": "2026-01-01",
    "bigint[]": [1],
    "text[]": ["x"],
    "uuid[]": [missing],
    "real[]": Array<number>(384).fill(1),
    session_state: "gathering",
    message_role: "user",
    message_status: "complete",
    message_content_type: "text",
    session_status: "active",
    device_type: "mobile",
  };
  return values[plain] ?? null;
}

export function encode(value: unknown): string {
  return encodeURIComponent(typeof value === "string" ? value : JSON.stringify(value));
}

/** The column by which a row is named, the more telling ones first. */
export function handleOf(relation: Relation, row: Row): string | undefined {
  return [...relation.key, "id", "session_id", "message_id", "user_id", "brand_id"]
    .find((name) => typeof row.values[name] === "string" || typeof row.values[name] === "number");
}

/** A condition that finds the row, and the same about nothing. */
export function conditions(
  relation: Relation,
  row: Row,
): { there: string; gone: string; known: [string, string] } | undefined {
  // With a key of two columns, all of it: the other half may be the actor's own. What can be another comes last.
  const rank = (name: string) =>
    Number(isUuid(row.values[name]) || typeof row.values[name] === "number");
  const names = relation.key.length > 1 && relation.key.every((name) => row.values[name] !== null)
    ? [...relation.key].sort((a, b) => rank(a) - rank(b))
    : [handleOf(relation, row)];
  const pairs = names.flatMap((name) =>
    name === undefined ? [] : [[name, row.values[name]] as const]
  );
  const last = pairs.at(-1);
  if (!last) return undefined;
  const [, value] = last;
  const other = typeof value === "number"
    ? missingNumber
    : isUuid(value)
    ? missing
    : "30000000-dead";
  const build = (end: unknown) =>
    pairs.map(([name, one], at) => `${name}=eq.${encode(at === pairs.length - 1 ? end : one)}`)
      .join("&");
  return { there: build(value), gone: build(other), known: [String(value), String(other)] };
}

export function isUuid(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(value);
}

export function textColumns(relation: Relation): Column[] {
  return relation.columns.filter(({ type }) => type === "text");
}

/** A row like this one, of the columns that may be written alone; a session begins in a state of its own. */
export function copyOf(
  relation: Relation,
  row: Row,
  verb: "insertable" | "updatable",
  without: readonly string[] = ["id", "state"],
): Record<string, unknown> {
  const columns = relation.columns.filter((column) =>
    column[verb] && !without.includes(column.name) && (row.values[column.name] ?? null) !== null
  );
  return Object.fromEntries(columns.map(({ name }) => [name, row.values[name]]));
}
