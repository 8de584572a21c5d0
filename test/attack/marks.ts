import type pg from "pg";
import { isRecord } from "../../local/http.ts";
import { type Actor, idOf, people, type Person } from "./actors.ts";

/** Whose a row is: a person's, a visitor's, a brand's (`brand <id>`), or the server's. */
type Holder = Person | "visitor" | "server" | `brand ${string}`;

export interface Row {
  table: string;
  holder: Holder;
  /** Of the brand that it was written in. */
  brand: string | undefined;
  values: Record<string, unknown>;
}

/** A text that stands in one row alone. */
interface Mark {
  text: string;
  row: Row;
  column: string;
}

/** Would not be read, or not be found, with another text in it; ids and numbers are compared as they are. */
const kept = /\.(sha256|storage_path|language|aud|role|email|encrypted_password|payload|topic)$/;
/** The settings of functions. */
const untouched =
  /^private\.(expected_objects|data_tables|data_columns|session_transitions|embedding_settings|search_\w+|\w*usage\w*)$|^storage\./;
/** What somebody's rows hold already, and nobody else may see. */
const secret = /\.(email|encrypted_password|secret_hash)$/;
const idColumns = ["id", "session_id", "message_id"];

/** Whose rows are whose, and which text stands in which. */
export class Marks {
  readonly rows: Row[] = [];
  readonly columns = new Set<string>();
  readonly #marks: Mark[] = [];
  readonly #ids = new Map<string, Row>();
  readonly #roles = new Map<string, string>();

  /** Writes a text of its own into each text column of each row, past triggers, where the constraints let it. */
  static async write(client: pg.Client, tables: readonly string[]): Promise<void> {
    await client.query("begin");
    await client.query("set local session_replication_role = replica");
    await client.query(markColumn);
    let next = 0;
    for (const table of tables) next = await writeTable(client, table, next);
    await client.query("commit");
  }

  /** Finds them again. */
  static async read(client: pg.Client, tables: readonly string[]): Promise<Marks> {
    const values = new Map<string, Record<string, unknown>[]>();
    for (const table of tables) values.set(table, await readTable(client, table));
    const marks = new Marks();
    marks.#take(values);
    return marks;
  }

  /** The rows of a table that the actor has no right to see, those of `owner` first. */
  hidden(table: string, actor: Actor): Row[] {
    const rows = this.rows.filter((row) => row.table === table && !this.mayRead(actor, row));
    const rank = ({ holder }: Row) => holder === "owner" ? 0 : holder === "server" ? 2 : 1;
    return rows.sort((a, b) => rank(a) - rank(b));
  }

  own(table: string, actor: Actor): Row[] {
    return this.rows.filter((row) => row.table === table && row.holder === actor);
  }

  markOf(row: Row, column: string): string | undefined {
    return this.#marks.find((mark) => mark.row === row && mark.column === column)?.text;
  }

  mayRead(actor: Actor, { holder, table, brand }: Row): boolean {
    if (holder === actor) return true;
    const of = holder.startsWith("brand ") ? holder.slice(6) : undefined;
    const role = this.#roles.get(`${of ?? brand} ${actor}`);
    if (role === undefined) return false;
    if (of !== undefined && /^public\.brands$/.test(table)) return true;
    const isSum = /usage/.test(table);
    if (isSum || /^public\.budget/.test(table)) {
      return (of !== undefined || isSum) && ["owner", "admin", "analyst"].includes(role);
    }
    return of !== undefined && /^public\.retention_/.test(table) &&
      ["owner", "admin"].includes(role);
  }

  /** What of others a text holds, as one line; ids that are in `said` were known. */
  found(actor: Actor, text: string, said: string): string | undefined {
    for (const { text: mark, row, column } of this.#marks) {
      if (text.includes(mark) && !said.includes(mark) && !this.mayRead(actor, row)) {
        return `shows ${row.table}.${column} of ${row.holder}`;
      }
    }
    for (const [id = ""] of text.matchAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g)) {
      const row = this.#ids.get(id);
      if (row && !said.includes(id) && !this.mayRead(actor, row)) {
        return `shows an id of ${row.table}, a row of ${row.holder}`;
      }
    }
    return undefined;
  }

  get size(): number {
    return this.#marks.length;
  }

  #take(values: ReadonlyMap<string, Record<string, unknown>[]>): void {
    for (const row of values.get("public.brand_members") ?? []) {
      const person = personOf(row["user_id"]);
      if (person) {
        this.#roles.set(`${String(row["brand_id"])} ${person}`, String(row["role"]));
      }
    }
    const holders = new Map<unknown, Holder>();
    for (const row of values.get("public.conversation_sessions") ?? []) {
      holders.set(row["id"], personOf(row["user_id"]) ?? "visitor");
    }
    for (const row of values.get("public.conversation_messages") ?? []) {
      holders.set(row["id"], holders.get(row["session_id"]) ?? "server");
    }
    for (const row of values.get("public.budgets") ?? []) {
      holders.set(row["id"], personOf(row["user_id"]) ?? brand(row["brand_id"]) ?? "server");
    }
    for (const [table, rows] of values) {
      for (const one of rows) {
        const row: Row = {
          table,
          holder: holderOf(table, one, holders),
          brand: undefined,
          values: one,
        };
        if (typeof one["brand_id"] === "string") row.brand = one["brand_id"];
        this.rows.push(row);
        for (const [column, value] of Object.entries(one)) this.#note(row, column, value);
      }
    }
  }

  #note(row: Row, column: string, value: unknown): void {
    const place = `${row.table}.${column}`;
    const text = typeof value === "string" ? value : JSON.stringify(value) ?? "";
    const [mark] = /abad1dea[0-9a-f]{8}/.exec(text) ?? [];
    const found = mark ?? (secret.test(place) && value !== null ? text.replace(/^\\x/, "") : "");
    if (found !== "") {
      this.#marks.push({ text: found, row, column });
      this.columns.add(place);
    }
    if (idColumns.includes(column) && typeof value === "string") {
      // Of the row that it is the id of, before those that name it. Members see each other's, so users' do not count.
      if (row.table.startsWith("auth.")) return;
      if (!this.#ids.has(value) || column === "id") this.#ids.set(value, row);
    }
  }
}

/** Tries the forms on each row until a constraint lets one pass; gives the number of the last mark. */
const markColumn = `
  create or replace function pg_temp.mark_column(
    p_table regclass, p_column name, p_type text, p_forms text[], p_from integer
  )
  returns integer
  language plpgsql
  as $$
  declare
    v_row record;
    v_form text;
  begin
    for v_row in execute format('select tableoid::regclass as part, ctid from %s', p_table)
    loop
      foreach v_form in array p_forms
      loop
        p_from := p_from + 1;
        begin
          execute format(
            'update %s set %I = %L::%s where ctid = %L', v_row.part, p_column,
            replace(v_form, 'MARK', 'abad1dea' || lpad(to_hex(p_from), 8, '0')), p_type, v_row.ctid
          );
          exit;
        exception
          when others then null;
        end;
      end loop;
    end loop;
    return p_from;
  end
  $$`;

async function writeTable(client: pg.Client, table: string, from: number): Promise<number> {
  if (untouched.test(table)) return from;
  const { rows: columns } = await client.query<{ name: string; type: string }>(
    `select a.attname as name, format_type(a.atttypid, null) as type
     from pg_catalog.pg_attribute as a
     where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped
       and a.attgenerated = ''
     order by a.attnum`,
    [table],
  );
  let next = from;
  for (const { name, type } of columns) {
    const forms = formsOf(type);
    if (forms.length === 0 || kept.test(`${table}.${name}`)) continue;
    const { rows } = await client.query<{ next: number }>(
      "select pg_temp.mark_column($1, $2, $3, $4, $5) as next",
      [table, name, type, forms, next],
    );
    next = rows[0]?.next ?? next;
  }
  return next;
}

async function readTable(client: pg.Client, table: string): Promise<Record<string, unknown>[]> {
  const { rows } = await client.query<{ row: unknown }>(
    `select to_jsonb(t) as row from ${table} as t`,
  );
  return rows.flatMap(({ row }) => isRecord(row) ? [row] : []);
}

function formsOf(type: string): string[] {
  if (type === "text" || type === "character varying") return ["MARK", `MARK${"0".repeat(48)}`];
  if (type === "text[]") return ["{MARK}"];
  if (type === "jsonb") return ['{"secret": "MARK"}', '["MARK"]', '[{"secret": "MARK"}]'];
  return [];
}

function personOf(id: unknown): Person | undefined {
  return people.find((person) => idOf(person) === id);
}

function brand(id: unknown): Holder | undefined {
  return typeof id === "string" ? `brand ${id}` : undefined;
}

function holderOf(
  table: string,
  row: Record<string, unknown>,
  holders: ReadonlyMap<unknown, Holder>,
): Holder {
  if (table === "public.brands") return brand(row["id"]) ?? "server";
  if (table === "public.brand_members") return brand(row["brand_id"]) ?? "server";
  if (table === "auth.users") return personOf(row["id"]) ?? "server";
  return personOf(row["user_id"]) ?? holders.get(row["session_id"]) ??
    holders.get(row["message_id"]) ?? holders.get(row["budget_id"]) ??
    (table === "public.conversation_sessions" ? holders.get(row["id"]) : undefined) ??
    brand(row["brand_id"]) ?? "server";
}
