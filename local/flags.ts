/** What every command that needs a database takes. */
export const flagOptions = {
  engine: { type: "string" },
  "db-url": { type: "string" },
  port: { type: "string" },
  "db-port": { type: "string" },
  "data-dir": { type: "string" },
  "no-functions": { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

export interface Flags {
  engine: "pglite" | "native" | undefined;
  dbUrl: string | undefined;
  apiPort: number;
  dbPort: number;
  dataDir: string | undefined;
  functions: boolean;
}

type Values = {
  [K in keyof typeof flagOptions]?:
    | ((typeof flagOptions)[K]["type"] extends "string" ? string : boolean)
    | undefined;
};

export function readFlags(values: Values): Flags {
  const { engine } = values;
  if (engine !== undefined && engine !== "pglite" && engine !== "native") {
    throw new Error(`--engine is pglite or native, not ${engine}`);
  }
  const apiPort = readApiPort(values);
  const dbPort = readPort(values["db-port"], "--db-port", 54422);
  // A flag that names an engine of ours is meant more than a variable that happens to be set.
  const dbUrl = values["db-url"] === undefined
    ? (engine ? undefined : urlOfEnvironment())
    : databaseUrl(values["db-url"], "--db-url");
  // Each is looked at before the other is in use. A database that is there has a port already.
  if (apiPort === dbPort && apiPort !== 0 && dbUrl === undefined) {
    throw new Error(`--port and --db-port are both ${apiPort}: choose another for one of them`);
  }
  return {
    engine,
    dbUrl,
    apiPort,
    dbPort,
    dataDir: values["data-dir"],
    functions: values["no-functions"] !== true,
  };
}

export function readApiPort(values: Values): number {
  return readPort(values.port, "--port", 54321);
}

/** Said, because it may be set for another program, and what starts here writes into it. */
function urlOfEnvironment(): string | undefined {
  const name = ["DATABASE_URL", "POSTGRES_URL"].find((name) => process.env[name]);
  if (name === undefined) return undefined;
  console.error(`Using the database that ${name} names; --engine pglite starts one of our own`);
  return databaseUrl(process.env[name] ?? "", name);
}

/** Refused without being shown: it may hold a password. */
function databaseUrl(value: string, name: string): string {
  if (/^postgres(ql)?:/.test(value) && URL.canParse(value)) return value;
  throw new Error(
    `${name} is no URL of a Postgres, as postgresql://postgres:password@127.0.0.1:5432/postgres is one; in a password, / ? # @ : and % are percent-encoded`,
  );
}

function readPort(value: string | undefined, flag: string, otherwise: number): number {
  if (value === undefined) return otherwise;
  const port = Number(value);
  if (/^\d+$/.test(value) && port <= 65535) return port;
  throw new Error(`${flag} is a number up to 65535, not ${value}`);
}
