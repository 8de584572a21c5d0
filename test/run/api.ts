import { startStack } from "../../local/stack.ts";

/** The addresses and keys that tests of the API use. */
export interface Api {
  apiUrl: string;
  postgrestUrl: string;
  dbUrl: string;
  anonKey: string;
  serviceRoleKey: string;
}

const variable = "TURNBASE_TEST_API";

/** Starts a stack in memory for `use`, whose child processes find it by openApi. */
export async function withApi<T>(use: () => Promise<T>): Promise<T> {
  await using stack = await startApi();
  process.env[variable] = JSON.stringify(stack.api);
  try {
    return await use();
  } finally {
    delete process.env[variable];
  }
}

/** The stack that the runner gives, or one of its own for a file that runs alone. */
export async function openApi(): Promise<Api & AsyncDisposable> {
  const given = process.env[variable];
  if (given) {
    // Written by withApi above.
    const api = JSON.parse(given) as Api;
    return { ...api, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const stack = await startApi();
  return { ...stack.api, [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose]() };
}

async function startApi(): Promise<{ api: Api } & AsyncDisposable> {
  const stack = await startStack({
    engine: "pglite",
    dataDir: "memory",
    apiPort: 0,
    dbPort: 0,
    functions: false,
  });
  const { apiUrl, postgrestUrl, dbUrl, anonKey, serviceRoleKey } = stack;
  return {
    api: { apiUrl, postgrestUrl, dbUrl, anonKey, serviceRoleKey },
    [Symbol.asyncDispose]: () => stack.stop(),
  };
}
