/** What a project's migrations leave behind, by kind and name, each with the file that made it. */
export class Made {
  readonly #found = new Map<string, string>();
  readonly #extensions = new Set<string>();

  /** Reads one migration; they come in their order. */
  read(file: string, sql: string): void {
    for (const statement of statements(sql)) this.#apply(file, statement);
  }

  /** The file that made such a thing, or undefined. */
  get(kind: string, name: string): string | undefined {
    for (const one of namespaces[kind] ?? [kind]) {
      const file = this.#found.get(`${one} ${name}`);
      if (file !== undefined) return file;
    }
    return undefined;
  }

  #apply(file: string, statement: string): void {
    for (const { pattern, kind } of makes) {
      const match = pattern.exec(statement);
      if (match?.groups) {
        this.#found.set(`${kind} ${nameOf(match.groups)}`, file);
        return;
      }
    }
    const extension = extensions.exec(statement)?.groups;
    if (extension) return this.#place(file, extension);
    const drop = drops.exec(statement)?.groups;
    if (drop) {
      const kind = kindOf(drop["kind"]);
      for (const one of (drop["names"] ?? "").replace(/\([^)]*\)/g, "").split(",")) {
        const match = new RegExp(`^\\s*${target}`, "i").exec(one)?.groups;
        if (match) this.#found.delete(`${kind} ${nameOf(match)}`);
      }
      return;
    }
    const dropOn = dropsOn.exec(statement)?.groups;
    if (dropOn) {
      this.#found.delete(`${(dropOn["kind"] ?? "").toLowerCase()} ${nameOf(dropOn)}`);
      return;
    }
    const move = moves.exec(statement)?.groups;
    if (!move) return;
    const kind = kindOf(move["kind"]);
    const old = nameOf(move);
    const [schema = "", name = ""] = old.split(".");
    const renamed = move["schema2"]
      ? `${word(move["schema2"])}.${name}`
      : `${schema}.${word(move["name2"] ?? "")}`;
    const before = this.#found.get(`${kind} ${old}`);
    this.#found.delete(`${kind} ${old}`);
    this.#found.set(`${kind} ${renamed}`, before ?? file);
  }

  /** An extension counts where it is elsewhere than Turnbase needs it. */
  #place(file: string, { verb = "", name = "", schema }: Record<string, string | undefined>): void {
    const key = `extension ${word(name)}`;
    const isDrop = /drop/i.test(verb);
    // One that is there is not made again, and an update moves none.
    const stays = /create/i.test(verb)
      ? this.#extensions.has(key)
      : !isDrop && schema === undefined;
    if (stays) return;
    if (isDrop) this.#extensions.delete(key);
    else this.#extensions.add(key);
    if (isDrop || word(schema ?? "public") === "extensions") this.#found.delete(key);
    else this.#found.set(key, file);
  }
}

// Tables, views, sequences and indexes share their names, and each table is a type as well.
const namespaces: Record<string, string[]> = {
  table: ["table", "type"],
  type: ["type", "table"],
};

const identifier = `(?:"(?:[^"]|"")+"|[a-z_\\u0080-\\uffff][\\w$\\u0080-\\uffff]*)`;
const target = `(?:(?<schema>${identifier})\\s*\\.\\s*)?(?<name>${identifier})`;

const makes = ([
  [
    "table",
    `create\\s+(?:unlogged\\s+|foreign\\s+)?table\\s+(?:if\\s+not\\s+exists\\s+)?${target}`,
  ],
  [
    "table",
    `create\\s+(?:or\\s+replace\\s+)?(?:recursive\\s+|materialized\\s+)?view\\s+(?:if\\s+not\\s+exists\\s+)?${target}`,
  ],
  ["table", `create\\s+sequence\\s+(?:if\\s+not\\s+exists\\s+)?${target}`],
  ["type", `create\\s+(?:type|domain)\\s+${target}`],
  [
    "function",
    `create\\s+(?:or\\s+replace\\s+)?(?:function|procedure|aggregate)\\s+${target}`,
  ],
  ["policy", `create\\s+policy\\s+(?<own>${identifier})\\s+on\\s+${target}`],
  [
    "trigger",
    `create\\s+(?:or\\s+replace\\s+)?(?:constraint\\s+)?trigger\\s+(?<own>${identifier})\\s[^]*?\\son\\s+${target}`,
  ],
] as const).map(([kind, pattern]) => ({ kind, pattern: new RegExp(`^\\s*${pattern}`, "i") }));

const drops =
  /^\s*drop\s+(?<kind>(?:foreign\s+)?table|(?:materialized\s+)?view|sequence|type|domain|function|procedure|aggregate|routine)\s+(?:if\s+exists\s+)?(?<names>[^]*?)(?:\s+cascade|\s+restrict)?\s*$/i;

const dropsOn = new RegExp(
  `^\\s*drop\\s+(?<kind>policy|trigger)\\s+(?:if\\s+exists\\s+)?(?<own>${identifier})\\s+on\\s+${target}`,
  "i",
);

const extensions = new RegExp(
  `^\\s*(?<verb>create|alter|drop)\\s+extension\\s+(?:if\\s+(?:not\\s+)?exists\\s+)?(?<name>${identifier})` +
    `(?:[^]*?\\bschema\\s+(?<schema>${identifier}))?`,
  "i",
);

const moves = new RegExp(
  `^\\s*alter\\s+(?<kind>(?:foreign\\s+)?table|(?:materialized\\s+)?view|sequence|type|domain|function|procedure|aggregate|routine)` +
    `\\s+(?:if\\s+exists\\s+)?(?:only\\s+)?${target}(?:\\s*\\([^)]*\\))?\\s+` +
    `(?:rename\\s+to\\s+(?<name2>${identifier})|set\\s+schema\\s+(?<schema2>${identifier}))\\s*$`,
  "i",
);

function kindOf(word = ""): string {
  if (/table|view|sequence/i.test(word)) return "table";
  return /type|domain/i.test(word) ? "type" : "function";
}

function nameOf(groups: Record<string, string | undefined>): string {
  const name = `${word(groups["schema"] ?? "public")}.${word(groups["name"] ?? "")}`;
  return groups["own"] === undefined ? name : `${word(groups["own"])} on ${name}`;
}

function word(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text.toLowerCase();
}

/** Statements without comments, with every string and body empty. */
function statements(sql: string): string[] {
  const parts =
    /--.*|\/\*[^]*?\*\/|"(?:[^"]|"")*"|\be'(?:[^'\\]|''|\\[^])*'|'(?:[^']|'')*'|\$([a-z_]\w*)?\$[^]*?\$\1\$|\bbegin\s+atomic\b[^]*?\bend\s*;/gi;
  return sql.replace(parts, (part) => {
    if (part.startsWith('"')) return part;
    if (/^begin/i.test(part)) return "'';";
    return part.startsWith("-") || part.startsWith("/") ? " " : "''";
  }).split(";");
}
