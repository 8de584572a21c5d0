export type DeviceType = "mobile" | "tablet" | "desktop";

export interface VisitorOptions {
  /** `https://<project>.supabase.co/functions/v1` */
  functionsUrl: string;
  /** The publishable or anon key, where a gateway in front of the functions asks for one. */
  apiKey?: string;
  /** localStorage where this is left out. */
  storage?: Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;
  fetch?: typeof globalThis.fetch;
  /** Turns that may wait to be sent; the oldest goes when one more comes. */
  maxQueued?: number;
  /** The first pause after a failure; it doubles up to maxRetryMs. */
  retryMs?: number;
  maxRetryMs?: number;
  /** For one request. */
  timeoutMs?: number;
}

/** A question and its answer: aiResponse, toolCalls or errorMessage is needed. */
export interface Turn {
  /** Made where it is left out; the same turn under the same id is stored once. */
  turnId?: string;
  userMessage: string;
  aiResponse?: string;
  mood?: string;
  responseTimeMs?: number;
  provider?: string;
  model?: string;
  costUsd?: number | string;
  usage?: {
    tokensUsed?: number;
    inputTokens?: number;
    outputTokens?: number;
    cachedInputTokens?: number;
    cacheWriteTokens?: number;
    cacheWrite1hTokens?: number;
    reasoningTokens?: number;
  };
  toolCalls?: unknown[];
  errorMessage?: string;
  finishReason?: string;
  serviceTier?: string;
  metadata?: Record<string, unknown>;
}

export interface Outcome {
  productsViewed?: string[];
  productsAddedToCart?: string[];
  queryType?: string;
  conversionOccurred?: boolean;
  conversionValueUsd?: number;
}

export interface HistoryMessage {
  id: string;
  role: string;
  content: string | null;
  sequence: number;
  createdAt: string;
  [more: string]: unknown;
}

/** Why something was not logged; status 0: no answer came. */
export interface Problem {
  status: number;
  code: string;
  message: string;
  hint?: string;
  turnId?: string;
}

/** Stored under one key, so that token and secret are never of two sessions. */
interface Session {
  token: string;
  secret: string;
  sessionId?: string;
  expiresAt?: string;
}

interface Queued {
  key: string;
  turnId: string;
  turn: Record<string, unknown>;
  size: number;
}

interface Answer extends Problem {
  body: Record<string, unknown>;
  /** What a 429 asks to wait. */
  retryAfterMs?: number;
}

interface Call {
  body?: unknown;
  secret?: string;
  accessToken?: string;
  keepalive?: boolean;
}

const prefix = "turnbase.visitor.";
const sessionKey = `${prefix}session`;
const turnPrefix = `${prefix}turn.`;
const maxBatch = 50;
const batchBytes = 500_000;
/** Browsers refuse a keepalive request when more than 64 KiB are on the way. */
const keepaliveBytes = 60_000;
const keptProblems = 20;

export function createVisitorClient(options: VisitorOptions): VisitorClient {
  return new VisitorClient(options);
}

export function deviceType(width: number = globalThis.innerWidth ?? 1024): DeviceType {
  return width < 768 ? "mobile" : width < 1024 ? "tablet" : "desktop";
}

/** Logs a visitor's chat. Nothing throws and no promise rejects: the chat goes on when logging is down. */
export class VisitorClient {
  readonly #options: Required<Omit<VisitorOptions, "storage" | "apiKey">> & { apiKey?: string };
  readonly #store: Store;
  readonly #locks: LockManager | undefined;
  readonly #rejected: Problem[] = [];
  /** One thing at a time; each step ends well. */
  #chain: Promise<unknown> = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wanted = false;
  #closed = false;
  #disabled = false;
  #dropped = 0;
  #lastError: Problem | undefined;
  #failures = 0;
  #pausedUntil = 0;
  /** A 429 named it: not even flush() asks before. */
  #blockedUntil = 0;
  /** Since the last new session no turn was stored: another new one would not help. */
  #restarted = false;
  #count = 0;
  #batch = maxBatch;

  constructor(options: VisitorOptions) {
    const { storage, ...rest } = options;
    this.#options = {
      maxQueued: 100,
      retryMs: 1000,
      maxRetryMs: 60_000,
      timeoutMs: 15_000,
      fetch: (input, init) => globalThis.fetch(input, init),
      ...rest,
      functionsUrl: String(options.functionsUrl).replace(/\/+$/, ""),
    };
    this.#store = new Store(storage ?? attempt(() => globalThis.localStorage));
    this.#locks = storage ? undefined : attempt(() => globalThis.navigator.locks);
    attempt(() => globalThis.addEventListener("pagehide", this.#leave));
    attempt(() => globalThis.addEventListener("online", this.#retry));
  }

  /** The session as the database knows it, once it is started. */
  get sessionId(): string | undefined {
    return this.#load()?.sessionId;
  }

  get sessionToken(): string | undefined {
    return this.#load()?.token;
  }

  get isActive(): boolean {
    return !this.#disabled && this.sessionId !== undefined;
  }

  /** The server has logging switched off; the next page load asks again. */
  get disabled(): boolean {
    return this.#disabled;
  }

  /** Turns that wait, those of other tabs included. */
  get queued(): number {
    return this.#turnKeys().length;
  }

  /** Turns that this client gave up because too many waited. */
  get dropped(): number {
    return this.#dropped;
  }

  /** The last turns that the server refused for good, with its reason. */
  get rejected(): readonly Problem[] {
    return [...this.#rejected];
  }

  get lastError(): Problem | undefined {
    return this.#lastError;
  }

  /** Takes the stored session up or starts one, and sends what waits; true when there is a session. */
  start(): Promise<boolean> {
    this.#wanted = true;
    return this.#step(async () => {
      await this.#work();
      return this.isActive;
    }, false);
  }

  /** Queues a turn and sends it as soon as it can; its id, or undefined where it was not taken. */
  log(turn: Turn): string | undefined {
    if (this.#disabled || this.#closed) return undefined;
    return attempt(() => {
      // As the server gives it back, and as it tells two turns apart.
      const turnId = (turn.turnId ?? uuid()).toLowerCase();
      const at = `${Date.now()}.${String(this.#count++).padStart(6, "0")}`;
      this.#store.set(`${turnPrefix}${at}.${turnId}`, stringify({ ...turn, turnId }));
      const keys = this.#turnKeys();
      for (const key of keys.slice(0, Math.max(0, keys.length - this.#options.maxQueued))) {
        this.#store.remove(key);
        this.#dropped++;
      }
      void this.#step(async () => {
        if (Date.now() >= this.#pausedUntil) await this.#work();
      }, undefined);
      return turnId;
    });
  }

  /** Tries at once, whatever pause a failure asked for, but not while a 429 holds; true when nothing waits. */
  flush(): Promise<boolean> {
    return this.#step(async () => {
      await this.#work();
      return this.queued === 0;
    }, false);
  }

  /** Sends what waits, then ends the session; false when either failed: then the session goes on. */
  end(): Promise<boolean> {
    return this.#step(async () => {
      this.#wanted = false;
      const session = await this.#emptied();
      if (!session) return false;
      const { sessionId, secret } = session;
      const answer = await this.#call("POST", "chat-session/end", { body: { sessionId }, secret });
      if (!isGone(answer) && !this.#took(answer)) return false;
      this.#forget(session);
      return true;
    }, false);
  }

  /** What was said, oldest first; empty when it can't be had. `before`: the nextBefore of the page after it. */
  history(
    page: { limit?: number; before?: number } = {},
  ): Promise<{ messages: HistoryMessage[]; nextBefore: number | null }> {
    const nothing = { messages: [], nextBefore: null };
    return this.#step(async () => {
      const session = this.#load();
      if (!session?.sessionId || this.#disabled) return nothing;
      const query = new URLSearchParams({ sessionId: session.sessionId });
      if (page.limit !== undefined) query.set("limit", String(page.limit));
      if (page.before !== undefined) query.set("before", String(page.before));
      const path = `chat-session/history?${query}`;
      const answer = await this.#call("GET", path, { secret: session.secret });
      const { messages, nextBefore } = answer.body;
      if (!this.#took(answer) || !Array.isArray(messages)) return nothing;
      // The function answers in this shape.
      const found = messages as HistoryMessage[];
      return { messages: found, nextBefore: typeof nextBefore === "number" ? nextBefore : null };
    }, nothing);
  }

  /** How content the visitor is, 1 to 5. */
  feedback(userSatisfaction: number): Promise<boolean> {
    return this.#post("feedback", { userSatisfaction });
  }

  outcome(outcome: Outcome): Promise<boolean> {
    return this.#post("outcome", outcome);
  }

  /**
   * Sends what waits, then gives the session to the user whose access token this is. Its id, for what comes after;
   * undefined when either failed. The secret is worth nothing from then on and is forgotten.
   */
  claim(accessToken: string): Promise<string | undefined> {
    return this.#step(async () => {
      const session = await this.#emptied();
      if (!session) return undefined;
      const { sessionId, secret } = session;
      const call = { body: { sessionId }, secret, accessToken };
      const answer = await this.#call("POST", "chat-session/claim", call);
      if (!this.#took(answer) || answer.body["disabled"] === true) return undefined;
      this.#wanted = false;
      this.#forget(session);
      return sessionId;
    }, undefined);
  }

  /** Lets go of the page; what waits stays in the storage. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    attempt(() => globalThis.removeEventListener("pagehide", this.#leave));
    attempt(() => globalThis.removeEventListener("online", this.#retry));
  }

  /** Runs after what runs already, and turns a failure into `otherwise`. */
  #step<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
    const done = this.#chain.then(work).catch(() => otherwise);
    this.#chain = done;
    return done;
  }

  readonly #retry = (): void => {
    void this.#step(() => this.#work(), undefined);
  };

  /** The page goes away: one last request, which outlives it. Whatever it does not bring stays in the storage. */
  readonly #leave = (): void => {
    const session = this.#load();
    if (!session?.sessionId || this.#disabled || Date.now() < this.#blockedUntil) return;
    const turns = take(this.#queue(), this.#batch, keepaliveBytes);
    if (turns.length === 0) return;
    const body = logBody(turns, session);
    void this.#call("POST", "chat-log", { body, secret: session.secret, keepalive: true });
  };

  /** A session where one is wanted, and an empty queue, as far as the server lets it. */
  async #work(): Promise<void> {
    if (this.#closed || this.#disabled) return;
    const blocked = this.#blockedUntil - Date.now();
    if (blocked > 0) {
      this.#later(blocked);
      return;
    }
    clearTimeout(this.#timer);
    if (this.#queue().length === 0) {
      if (this.#wanted) await this.#ensure();
      return;
    }
    const sent = await this.#locked("queue", true, async () => {
      await this.#drain();
      return true;
    });
    // Another tab sends; it may be closed before it gets to ours.
    if (!sent) this.#later(this.#options.retryMs);
  }

  async #drain(): Promise<void> {
    let alone = 0;
    for (let queue = this.#queue(); queue.length > 0 && !this.#closed; queue = this.#queue()) {
      const session = await this.#ensure();
      if (!session) return;
      const batch = take(queue, alone > 0 ? 1 : this.#batch, batchBytes);
      alone = Math.max(0, alone - 1);
      const { secret } = session;
      const answer = await this.#call("POST", "chat-log", {
        body: logBody(batch, session),
        secret,
      });
      // Which of them is refused is not said: each by itself.
      if (batch.length > 1 && isRefusal(answer)) alone = batch.length;
      else if (!this.#settle(batch, answer, session)) return;
    }
    this.#batch = maxBatch;
  }

  /** Takes out of the queue what is decided; false when the rest has to wait. */
  #settle(batch: Queued[], answer: Answer, session: Session): boolean {
    if (answer.body["disabled"] === true) {
      this.#disable();
      return false;
    }
    let settled = 0;
    let gone = false;
    let late: Answer | undefined;
    const { results } = answer.body;
    const each = Array.isArray(results) ? results.map(asRecord) : undefined;
    for (const [place, { key, turnId }] of batch.entries()) {
      // Answered in the order sent.
      const one = each ? asAnswer(each[place]) : answer;
      if (isGone(one) && !this.#restarted) gone = true;
      else if (isGood(one) || isRefusal(one) || isGone(one)) {
        this.#store.remove(key);
        settled++;
        if (isGood(one)) this.#restarted = false;
        else this.#reject({ ...problem(one), turnId });
      } else late = one;
    }
    if (gone) {
      this.#restarted = true;
      this.#forget(session);
      return true;
    }
    if (settled > 0) this.#recover();
    // Each turn counts as a call: a batch may have more of them than a minute allows.
    if (late?.status === 429) this.#batch = Math.max(1, batch.length >> 1);
    if (late) this.#fail(late);
    return !late;
  }

  /** The stored session, or a new one; undefined when the server did not start it. */
  async #ensure(): Promise<Session | undefined> {
    return await this.#locked("session", false, async () => {
      let session = this.#load() ?? this.#make();
      for (let again = false;; again = true) {
        if (session.sessionId) return session;
        const answer = await this.#call("POST", "chat-session/start", {
          body: {
            sessionToken: session.token,
            sessionSecret: session.secret,
            userAgent: attempt(() => globalThis.navigator.userAgent.slice(0, 1024)),
            referrer: attempt(() => globalThis.document.referrer.slice(0, 2048)),
            deviceType: deviceType(),
          },
        });
        const { sessionId, expiresAt, disabled } = answer.body;
        if (disabled === true) {
          this.#disable();
          return undefined;
        }
        if (isGood(answer) && typeof sessionId === "string") {
          session = {
            ...session,
            sessionId,
            ...(typeof expiresAt === "string" ? { expiresAt } : {}),
          };
          this.#store.set(sessionKey, stringify(session));
          this.#recover();
          return session;
        }
        if (again || answer.code !== "SESSION_EXISTS") {
          this.#fail(answer);
          return undefined;
        }
        session = this.#make();
      }
    });
  }

  /** The session, when nothing waits any more. */
  async #emptied(): Promise<Session | undefined> {
    await this.#work();
    const session = this.#load();
    return session?.sessionId && this.queued === 0 && !this.#disabled ? session : undefined;
  }

  #post(path: string, fields: object): Promise<boolean> {
    return this.#step(async () => {
      const session = this.#load();
      if (!session?.sessionId || this.#disabled) return false;
      const { sessionId, secret } = session;
      const answer = await this.#call("POST", path, { body: { ...fields, sessionId }, secret });
      if (answer.body["disabled"] === true) this.#disable();
      return this.#took(answer) && !this.#disabled;
    }, false);
  }

  async #call(method: string, path: string, call: Call): Promise<Answer> {
    const { functionsUrl, apiKey, timeoutMs, fetch } = this.#options;
    try {
      const response = await fetch(`${functionsUrl}/${path}`, {
        method,
        credentials: "omit",
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          ...(apiKey ? { apikey: apiKey } : {}),
          ...(call.secret ? { "x-session-secret": call.secret } : {}),
          ...(call.accessToken ? { authorization: `Bearer ${call.accessToken}` } : {}),
          ...(call.body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(call.body === undefined ? {} : { body: stringify(call.body) }),
        ...(call.keepalive ? { keepalive: true } : {}),
      });
      const seconds = Number(response.headers.get("retry-after") ?? NaN);
      return {
        ...asAnswer(await response.json().catch(() => undefined), response.status),
        ...(response.status === 429 && seconds >= 0 ? { retryAfterMs: seconds * 1000 } : {}),
      };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { status: 0, code: "NO_ANSWER", message, body: {} };
    }
  }

  /** Only one tab at a time, where the browser has locks; undefined when another one has it and `ifAvailable`. */
  async #locked<T>(
    name: string,
    ifAvailable: boolean,
    work: () => Promise<T>,
  ): Promise<T | undefined> {
    if (!this.#locks) return await work();
    const held = async (lock: Lock | null) => lock ? await work() : undefined;
    return await this.#locks.request(`${prefix}${name}`, { ifAvailable }, held);
  }

  #took(answer: Answer): boolean {
    if (!isGood(answer)) this.#note(answer);
    return isGood(answer);
  }

  #note(answer: Answer): void {
    this.#lastError = problem(answer);
    if (answer.retryAfterMs !== undefined) this.#blockedUntil = Date.now() + answer.retryAfterMs;
  }

  /** Pauses twice as long as the last time, a little less by chance, so that clients do not come back together. */
  #fail(answer: Answer): void {
    this.#note(answer);
    const { retryMs, maxRetryMs } = this.#options;
    const pause = Math.min(maxRetryMs, retryMs * 2 ** this.#failures++) * (1 - Math.random() / 2);
    this.#later(Math.max(pause, this.#blockedUntil - Date.now()));
  }

  #recover(): void {
    this.#failures = 0;
    this.#pausedUntil = 0;
    this.#lastError = undefined;
  }

  #later(ms: number): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#pausedUntil = Date.now() + ms;
    this.#timer = setTimeout(this.#retry, ms);
  }

  #reject(reason: Problem): void {
    this.#rejected.push(reason);
    if (this.#rejected.length > keptProblems) this.#rejected.shift();
  }

  /** Who runs the server does not want these turns: they are not kept either. */
  #disable(): void {
    this.#disabled = true;
    for (const key of this.#turnKeys()) this.#store.remove(key);
  }

  #load(): Session | undefined {
    const read = parse(this.#store.get(sessionKey));
    const { token, secret, sessionId, expiresAt } = read ?? {};
    if (typeof token !== "string" || typeof secret !== "string") return undefined;
    if (typeof expiresAt === "string" && Date.parse(expiresAt) <= Date.now()) return undefined;
    return {
      token,
      secret,
      ...(typeof sessionId === "string" ? { sessionId } : {}),
      ...(typeof expiresAt === "string" ? { expiresAt } : {}),
    };
  }

  /** Stored before it is sent: when the answer is lost, the same session is asked for again. */
  #make(): Session {
    const session = { token: `sess_${random(16)}`, secret: random(32) };
    this.#store.set(sessionKey, stringify(session));
    return session;
  }

  #forget({ token }: Session): void {
    if (this.#load()?.token === token) this.#store.remove(sessionKey);
  }

  #turnKeys(): string[] {
    return this.#store.keys(turnPrefix).sort();
  }

  #queue(): Queued[] {
    const found: Queued[] = [];
    for (const key of this.#turnKeys()) {
      const text = this.#store.get(key);
      const turn = parse(text);
      if (text && typeof turn?.["turnId"] === "string") {
        // With the session's id, which is added when it is sent.
        const size = new TextEncoder().encode(text).length + 60;
        found.push({ key, turnId: turn["turnId"], turn, size });
      } else this.#store.remove(key);
    }
    return found;
  }
}

/** Storage as far as it works, and memory for what it refuses. */
class Store {
  readonly #storage: VisitorOptions["storage"] | undefined;
  readonly #memory = new Map<string, string>();
  readonly #removed = new Set<string>();

  constructor(storage: VisitorOptions["storage"]) {
    this.#storage = storage ?? undefined;
  }

  get(key: string): string | undefined {
    if (this.#removed.has(key)) return undefined;
    return this.#memory.get(key) ?? attempt(() => this.#storage?.getItem(key)) ?? undefined;
  }

  set(key: string, value: string): void {
    this.#removed.delete(key);
    this.#memory.set(key, value);
    attempt(() => {
      if (!this.#storage) return;
      this.#storage.setItem(key, value);
      this.#memory.delete(key);
    });
  }

  remove(key: string): void {
    this.#memory.delete(key);
    // A storage that can only be read would bring it back for ever.
    this.#removed.add(key);
    attempt(() => {
      if (!this.#storage) return;
      this.#storage.removeItem(key);
      this.#removed.delete(key);
    });
  }

  keys(start: string): string[] {
    const stored = attempt(() => {
      const storage = this.#storage;
      return Array.from({ length: storage?.length ?? 0 }, (_, at) => storage?.key(at) ?? "");
    });
    const all = new Set([...(stored ?? []), ...this.#memory.keys()]);
    return [...all].filter((key) => key.startsWith(start) && !this.#removed.has(key));
  }
}

function logBody(batch: Queued[], { sessionId }: Session): { turns: Record<string, unknown>[] } {
  return { turns: batch.map(({ turn }) => ({ ...turn, sessionId })) };
}

/** From the front; at least one, however long it is. */
function take(queue: Queued[], most: number, bytes: number): Queued[] {
  let size = 0;
  return queue.slice(0, most).filter((one, at) => (size += one.size) <= bytes || at === 0);
}

function isGood({ status, body }: Answer): boolean {
  return status >= 200 && status < 300 && body["success"] === true;
}

/** The session was ended, has expired, or was deleted. */
function isGone({ code }: Answer): boolean {
  return code === "SESSION_NOT_FOUND" || code === "SESSION_CLOSED";
}

/** The functions' own no to what was sent. Any other 4xx comes from a gateway or a wrong address, which may be put right. */
function isRefusal(answer: Answer): boolean {
  const { status, code } = answer;
  return status >= 400 && status < 500 && code !== "" && code !== "NOT_FOUND" &&
    ![408, 425, 429].includes(status) && !isGone(answer);
}

function asAnswer(value: unknown, status?: number): Answer {
  const body = asRecord(value) ?? {};
  const error = asRecord(body["error"]);
  const own = typeof body["status"] === "number" ? body["status"] : undefined;
  return {
    status: status ?? own ?? (body["success"] === true ? 200 : 0),
    code: String(error?.["code"] ?? ""),
    message: String(error?.["message"] ?? ""),
    ...(error?.["hint"] ? { hint: String(error["hint"]) } : {}),
    body,
  };
}

function problem({ status, code, message, hint }: Answer): Problem {
  return { status, code, message, ...(hint ? { hint } : {}) };
}

function parse(text: string | undefined): Record<string, unknown> | undefined {
  return asRecord(attempt(() => JSON.parse(text ?? "")));
}

function asRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null ? { ...value } : undefined;
}

/** Half of a cut emoji, and NUL, can't be stored: they become U+FFFD. */
function stringify(value: unknown): string {
  return JSON.stringify(
    value,
    (_, part: unknown) =>
      typeof part === "string"
        ? part.replaceAll("\0", "\ufffd").replace(/\p{Surrogate}/gu, "\ufffd")
        : part,
  );
}

/** base64url; 32 bytes are 43 characters. */
function random(bytes: number): string {
  const values = crypto.getRandomValues(new Uint8Array(bytes));
  return btoa(String.fromCharCode(...values)).replace(
    /[+/=]/g,
    (sign) => sign === "+" ? "-" : sign === "/" ? "_" : "",
  );
}

/** Pages that are not served by https have getRandomValues alone. */
function uuid(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] ?? 0) & 15 | 64;
  bytes[8] = (bytes[8] ?? 0) & 63 | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.*)/, "$1-$2-$3-$4-$5");
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
