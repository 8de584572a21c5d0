import { createClient } from "@supabase/supabase-js";
import { parseArgs } from "node:util";
import type { Database } from "../types/index.ts";
import { flagOptions, readFlags } from "./flags.ts";
import { localKeys } from "./keys.ts";
import { type Stack, startStack } from "./stack.ts";
import { readState } from "./state.ts";
import { NodeWebSocket } from "./websocket.ts";

const usage = `Holds a conversation through supabase-js and prints what the database keeps of it.

  npm run demo -- [flags]

  --message <text>     what the user says          --reply <text>    what the assistant answers
  --tokens <number>    tokens of the answer (150)  --cost <usd>      its cost in US dollars (0.0008)
  --latency <ms>       its latency (850)
  --engine, --db-url, --port, --db-port, --data-dir   as for npm start; a running stack is used as it is`;

const options = {
  message: { type: "string", default: "Make a TikTok video" },
  reply: { type: "string", default: "Great! Let me ask some questions..." },
  tokens: { type: "string", default: "150" },
  cost: { type: "string", default: "0.0008" },
  latency: { type: "string", default: "850" },
  ...flagOptions,
} as const;

export async function demo(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const tokens = wholeNumber("--tokens", values.tokens);
  const latency = wholeNumber("--latency", values.latency);
  // Kept as text: the database counts in exact decimals, JavaScript does not.
  if (!/^\d+(\.\d+)?$/.test(values.cost)) {
    throw new Error(`--cost is a decimal number of US dollars, not ${values.cost}`);
  }
  const flags = readFlags(values);
  const running = readState(flags.apiPort);
  let stack: Stack | undefined;
  if (running) console.log(`Using the stack that runs on ${running.apiUrl}`);
  else {
    stack = await startStack({
      ...flags,
      // Nobody else needs to find it, so any free port will do.
      apiPort: values.port === undefined ? 0 : flags.apiPort,
      dbPort: values["db-port"] === undefined ? 0 : flags.dbPort,
      functions: false,
      log: console.log,
    });
  }
  try {
    await converse(running?.apiUrl ?? stack?.apiUrl ?? "", {
      message: values.message,
      reply: values.reply,
      tokens,
      cost: values.cost,
      latency,
    });
  } finally {
    await stack?.stop();
  }
  return 0;
}

interface Turn {
  message: string;
  reply: string;
  tokens: number;
  cost: string;
  latency: number;
}

async function converse(apiUrl: string, turn: Turn): Promise<void> {
  const { anonKey } = await localKeys();
  const supabase = createClient<Database>(apiUrl, anonKey, {
    auth: { persistSession: false, autoRefreshToken: false },
    // Node 20 has no WebSocket of its own.
    realtime: { transport: NodeWebSocket },
  });
  const { data: login, error } = await supabase.auth.signInWithPassword({
    email: "ada@example.com",
    password: "turnbase-demo",
  });
  if (error) {
    throw new Error(`${error.message}: the demo user is gone, npm run db:reset brings her back`);
  }
  console.log(`\nSigned in as ${login.user.email}`);

  const session = await must(
    supabase.rpc("create_conversation_session", { p_title: turn.message.slice(0, 200) }),
  );
  console.log(`Session ${session.id}\n`);

  await must(
    supabase.rpc("append_messages", {
      p_session_id: session.id,
      p_messages: [
        { role: "user", content: turn.message },
        {
          role: "assistant",
          content: turn.reply,
          provider: "openai",
          model_used: "gpt-4o",
          tokens_used: turn.tokens,
          cost_usd: turn.cost,
          latency_ms: turn.latency,
        },
      ],
    }),
  );

  const history = await must(
    supabase.rpc("get_conversation_history", { p_session_id: session.id }),
  );
  for (const m of history) {
    console.log(`  ${m.sequence_order}  ${m.role.padEnd(9)}  ${m.content}`);
  }

  const cost = await must(supabase.rpc("get_session_cost", { p_session_id: session.id }));
  console.log(`\nCost of the session: $${cost}`);

  console.log("\nBy role:");
  console.table(
    (await must(supabase.rpc("get_session_message_stats", { p_session_id: session.id }))).map(
      (s) => ({
        role: s.role,
        messages: s.message_count,
        tokens: s.total_tokens,
        cost_usd: s.total_cost_usd,
        avg_latency_ms: s.avg_latency_ms,
      }),
    ),
  );

  const done = await must(
    supabase.rpc("complete_conversation_session", { p_session_id: session.id }),
  );
  console.log(`State: ${done.state}, completed at ${done.completed_at}`);
  console.log("\nNext: npm start, then the supabase-js block of the README.");
}

async function must<T>(
  call: PromiseLike<{ data: T | null; error: { message: string; details: string } | null }>,
): Promise<T> {
  const { data, error } = await call;
  if (error) throw new Error(`${error.message} (${error.details})`);
  if (data === null) throw new Error("the database answered nothing");
  return data;
}

function wholeNumber(flag: string, value: string): number {
  if (!/^\d+$/.test(value)) throw new Error(`${flag} is a whole number, not ${value}`);
  return Number(value);
}
