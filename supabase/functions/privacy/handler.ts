import { type Caller, findCaller } from "../_shared/auth.ts";
import { deleteQueued } from "../_shared/deletions.ts";
import { invalid } from "../_shared/errors.ts";
import { type Context, createFunction, Stream } from "../_shared/http.ts";
import { type ChatDeps, countCall } from "../_shared/rpc.ts";
import { namesSession, parse, sessionMissing } from "../_shared/schemas.ts";
import type { Storage } from "../_shared/storage.ts";
import type { PrivacyEnv } from "./env.ts";
import { exportLines } from "./export.ts";
import {
  eraseBody,
  exportBody,
  receipt,
  sessionOfStats,
  tokenClaims,
  type Whose,
} from "./schema.ts";

export interface PrivacyDeps extends ChatDeps {
  env: PrivacyEnv;
  storage: Storage;
}

/** How long an erasure waits for its objects; the worker deletes what is left. */
const deletionMs = 5_000;

/** POST privacy/export: all that is kept about a person. POST privacy/erase: it goes. */
export function createHandler(deps: PrivacyDeps) {
  const { env, log } = deps;
  const post = (handle: (context: Context) => Promise<Stream | Record<string, unknown>>) => ({
    method: "POST" as const,
    handle,
  });
  return createFunction({
    name: "privacy",
    allowedOrigins: env.ALLOWED_ORIGINS,
    log,
    routes: {
      export: post(async ({ request, json }) => {
        const caller = await findCaller(request, env);
        const { value } = parse(exportBody, await json(), caller);
        const args = argsOf(caller, value);
        await countCall(deps, caller, request);
        // Not application/jsonl: neither is registered, and this one is older and known to more programs.
        return new Stream("application/x-ndjson", exportLines(deps, caller, args));
      }),
      erase: post(async ({ request, json }) => {
        const caller = await findCaller(request, env);
        const { value } = parse(eraseBody, await json(), caller);
        const args = argsOf(caller, value);
        await countCall(deps, caller, request);
        const folder = await folderOf(deps, caller, value);
        const made = receipt.parse(await deps.rpc(caller, "erase_user_data", args));
        return {
          success: true,
          receipt: {
            id: made.id,
            subject: made.subject,
            erasedAt: made.erased_at,
            rowsErased: made.rows_erased,
            counts: made.counts,
            storageObjects: made.storage_objects,
            auditId: made.audit_id,
            auditHash: made.audit_hash,
          },
          objectsDeleted: made.storage_objects === 0 ? 0 : await deleteOf(deps, folder),
        };
      }),
    },
  });
}

/** Whose data, as the RPCs are told. A secret opens one session, and makes nobody a server. */
function argsOf(caller: Caller, { userId, sessionId, sessionToken }: Whose) {
  const secret = caller.kind === "user" ? undefined : caller.secret;
  const hasSession = namesSession({ sessionId, sessionToken });
  if (secret !== undefined && userId !== undefined) {
    throw invalid("userId: a secret opens a session, and no user's data");
  }
  if (secret !== undefined && !hasSession) {
    throw invalid(`sessionId: ${sessionMissing.message}`);
  }
  if (caller.kind === "service" && secret === undefined && hasSession === (userId !== undefined)) {
    throw invalid("userId: name the user, or a visitor's session");
  }
  if (!hasSession) return { p_user_id: userId };
  return {
    p_user_id: userId,
    p_session_id: sessionId,
    p_session_token: sessionToken,
    p_session_secret: secret,
  };
}

/** Where the files of a person are. Of a token that is not valid, anywhere: nothing is erased with it. */
async function folderOf({ rpc }: PrivacyDeps, caller: Caller, value: Whose): Promise<string> {
  if (caller.kind === "user") return subOf(caller.token);
  if (value.userId !== undefined) return value.userId.toLowerCase();
  // Without the secret, which opens no chat that has expired or is in the trash: the erasure asks for it.
  const named = { p_session_id: value.sessionId, p_session_token: value.sessionToken };
  const { session_id } = sessionOfStats.parse(
    await rpc(
      caller.kind === "service" ? caller : { kind: "service" },
      "get_chat_stats",
      named,
      "session_id",
    ),
  );
  return `visitor/${session_id}`;
}

function subOf(token: string): string {
  try {
    const claims = token.split(".")[1]?.replaceAll("-", "+").replaceAll("_", "/") ?? "";
    return tokenClaims.parse(JSON.parse(atob(claims))).sub;
  } catch {
    return "";
  }
}

/** How many objects of this folder are gone. The data are erased by now: whatever fails here, the queue keeps. */
async function deleteOf(deps: PrivacyDeps, folder: string): Promise<number> {
  try {
    const { deleted } = await deleteQueued(deps, deletionMs);
    return deleted.filter((path) => path.startsWith(`${folder}/`)).length;
  } catch {
    return 0;
  }
}
