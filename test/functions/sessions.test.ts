import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { callRoute, ofSession, turn } from "./routes.ts";
import { type Answer, Fixture, newSecret, refusal } from "./support.ts";

let fixture: Fixture;
let ada: Awaited<ReturnType<Fixture["user"]>>;
let eve: Awaited<ReturnType<Fixture["user"]>>;

before(async () => {
  fixture = await Fixture.open();
  ada = await fixture.user();
  eve = await fixture.user();
});

after(() => fixture.close());

const claim = (session: object, by: { token: string; secret: string }) =>
  fixture.edge.post("chat-session/claim", session, by);

/** The routes on which a secret opens a session. */
const opened = ofSession.filter(({ path }) => path !== "chat-session/claim");

async function refusedEverywhere(session: object, by: object): Promise<void> {
  for (const route of opened) {
    const answer = await callRoute(fixture.edge, route, session, by);
    assert.deepEqual([answer.status, refusal(answer).code], [404, "SESSION_NOT_FOUND"], route.path);
  }
}

test("start again with the same secret is the same answer, as often as one likes, also at once", async () => {
  const body = { sessionToken: `sess_${randomUUID()}`, sessionSecret: newSecret() };
  fixture.edge.hidden.add(body.sessionSecret);
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => fixture.edge.post("chat-session/start", body)),
  );
  for (const answer of answers) {
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(answer.body, answers[0]?.body);
  }
  assert.deepEqual(
    await fixture.api.select(`
      select count(*)::int as n from public.session_clients
      where session_token = '${body.sessionToken}'`),
    [{ n: 1 }],
  );
});

test("the identifier is S0's hash: address, browser and salt; the address is a hash of its own", async () => {
  const userAgent = "Mozilla/5.0 (test)";
  const headers = {
    "x-forwarded-for": "192.0.2.1, 203.0.113.7:4711",
    "user-agent": "the header's",
  };
  const hash = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 32);
  const { salt } = fixture.edge;
  for (
    const [body, agent] of [[{ userAgent }, userAgent], [{}, "the header's"], [
      { userAgent: "" },
      "",
    ]]
  ) {
    assert.ok(typeof body === "object" && typeof agent === "string");
    const sessionToken = `sess_${randomUUID()}`;
    const answer = await fixture.edge.post("chat-session/start", { sessionToken, ...body }, {
      headers,
    });
    assert.equal(answer.status, 200, answer.text);
    const [stored] = await fixture.api.select(`
      select user_identifier, address from public.session_clients
      where session_token = '${sessionToken}'`);
    assert.deepEqual(stored, {
      user_identifier: hash(`203.0.113.7:${agent}:${salt}`),
      address: hash(`203.0.113.7:${salt}`),
    });
  }
  for (const text of ["203.0.113.7", userAgent, "the header's"]) fixture.edge.hidden.add(text);
});

test("nothing that is stored or answered holds a secret, but for the one answer that makes it", async () => {
  const { secret, ...session } = await fixture.visitor();
  const made = await fixture.edge.post("chat-session/start", {
    sessionToken: `sess_${randomUUID()}`,
  });
  const madeSecret = String(made.body["sessionSecret"]);
  fixture.edge.hidden.add(madeSecret);
  const answers: Answer[] = [];
  for (const by of [{ secret }, { secret: madeSecret }, { secret: newSecret() }]) {
    for (const route of opened) {
      const named = by.secret === madeSecret
        ? { sessionId: String(made.body["sessionId"]) }
        : session;
      answers.push(await callRoute(fixture.edge, route, named, by));
    }
  }
  answers.push(await claim(session, { token: ada.token, secret: newSecret() }));
  answers.push(await claim(session, { token: ada.token, secret }));
  assert.ok(answers.some(({ status }) => status === 200));
  assert.ok(answers.some(({ status }) => status === 404));
  const everything = await dump();
  for (const each of [secret, madeSecret]) {
    for (const { text, headers } of answers) {
      assert.ok(!`${text}${JSON.stringify(headers)}`.includes(each));
    }
    const hex = Buffer.from(each).toString("hex");
    const raw = Buffer.from(each, "base64url").toString("hex");
    for (const form of [each, hex, raw]) assert.ok(!everything.includes(form), "a row holds it");
    // The dump would show it: what is kept is the hash.
    assert.ok(everything.includes(createHash("sha256").update(each).digest("hex")));
  }
});

test("nobody else reads a visitor's session", async () => {
  const { secret, ...session } = await fixture.visitor();
  const logged = await fixture.edge.post("chat-log", turn(session), { secret });
  assert.equal(logged.status, 200, logged.text);
  const other = await fixture.visitor();
  for (const by of [{ secret: newSecret() }, { secret: other.secret }, { token: eve.token }]) {
    await refusedEverywhere(session, by);
  }
  // The token is the client's name of the session, and no key to it.
  const stats = `chat-session/stats?sessionToken=${session.sessionToken}`;
  assert.equal((await fixture.edge.call(stats)).status, 401);

  // Over REST, past the functions.
  const { anonKey } = fixture.api.addresses;
  const paths = [
    `/session_clients?session_id=eq.${session.sessionId}`,
    `/conversation_sessions?id=eq.${session.sessionId}`,
    `/conversation_messages?session_id=eq.${session.sessionId}`,
    `/conversation_turns?session_id=eq.${session.sessionId}`,
    `/message_retrievals?session_id=eq.${session.sessionId}`,
    `/session_outcomes?session_id=eq.${session.sessionId}`,
  ];
  for (const path of paths) {
    assert.equal((await fixture.api.send(path, anonKey)).status, 401, path);
    const hers = await fixture.api.send(
      `${path}&select=session_id:${path.includes("conversation_sessions") ? "id" : "session_id"}`,
      eve.token,
    );
    assert.deepEqual([hers.status, await hers.json()], [200, []], path);
  }
  const calls = [
    "get_chat_history",
    "get_chat_stats",
    "end_visitor_session",
    "claim_visitor_session",
  ];
  for (const name of calls) {
    for (const [token, status] of [[anonKey, 401], [eve.token, 404]] as const) {
      const body = {
        p_session_id: session.sessionId,
        ...(name === "claim_visitor_session" ? { p_session_secret: newSecret() } : {}),
      };
      const answer = await fixture.api.send(`/rpc/${name}`, token, {
        method: "POST",
        body: JSON.stringify(body),
      });
      assert.equal(answer.status, status, `${name}: ${await answer.text()}`);
    }
  }
  const starts = await fixture.api.send("/rpc/start_visitor_session", eve.token, {
    method: "POST",
    body: JSON.stringify({ p_session_token: session.sessionToken, p_session_secret: secret }),
  });
  assert.equal(starts.status, 403);
  // It is still there, for its visitor.
  assert.equal((await fixture.edge.call(stats, { secret })).status, 200);
});

test("two users claim at once: one wins, and the secret is worth nothing any more", async () => {
  const won = new Set<string>();
  for (let round = 0; round < 6; round++) {
    const { secret, ...session } = await fixture.visitor();
    const logged = turn(session);
    assert.equal((await fixture.edge.post("chat-log", logged, { secret })).status, 200);
    const users = round % 2 === 0 ? [ada, eve] : [eve, ada];
    const answers = await Promise.all(
      users.flatMap(({ token }) => [
        claim(session, { token, secret }),
        claim({ sessionToken: session.sessionToken }, { token, secret }),
      ]),
    );
    const byUser = [answers.slice(0, 2), answers.slice(2)];
    const winners = byUser.map((own) => own.every(({ status }) => status === 200));
    const losers = byUser.map((own) => own.every(({ status }) => status === 404));
    assert.deepEqual(winners, losers.toReversed(), answers.map(({ text }) => text).join("\n"));
    assert.equal(winners.filter(Boolean).length, 1);
    const [winner, loser] = winners[0] ? users : users.toReversed();
    assert.ok(winner && loser);
    won.add(winner.id);

    const again = await claim(session, { token: winner.token, secret });
    assert.equal(again.status, 200, again.text);
    assert.deepEqual(again.body, answers.find(({ status }) => status === 200)?.body);
    const late = await claim(session, { token: loser.token, secret });
    assert.deepEqual([late.status, refusal(late).code], [404, "SESSION_NOT_FOUND"]);
    // A winner too has to know the secret to get that answer.
    const wrong = await claim(session, { token: winner.token, secret: newSecret() });
    assert.equal(wrong.status, 404, wrong.text);

    await refusedEverywhere(session, { secret });
    await refusedEverywhere(session, { token: loser.token });
    const body = { sessionToken: session.sessionToken, sessionSecret: secret };
    assert.equal((await fixture.edge.post("chat-session/start", body)).status, 409);
    // What the visitor said is the winner's now, and goes on.
    for (const route of opened) {
      const answer = await callRoute(fixture.edge, route, session, { token: winner.token });
      assert.equal(answer.status, 200, `${route.path}: ${answer.text}`);
    }
    const [owner] = await fixture.api.select(`
      select (select user_id from public.conversation_sessions where id = '${session.sessionId}'),
        (select user_id from public.conversation_messages where id = '${logged.turnId}') as of_message`);
    assert.deepEqual(owner, { user_id: winner.id, of_message: winner.id });
  }
  assert.ok(won.size >= 1);
});

test("a turn that races a claim is either in before it, or refused", async () => {
  for (let round = 0; round < 5; round++) {
    const { secret, ...session } = await fixture.visitor();
    const turns = Array.from({ length: 4 }, () => turn(session));
    const [claimed, ...logged] = await Promise.all([
      claim(session, { token: ada.token, secret }),
      ...turns.map((body) => fixture.edge.post("chat-log", body, { secret })),
    ]);
    assert.equal(claimed?.status, 200, claimed?.text);
    for (const [at, answer] of logged.entries()) {
      const rows = await fixture.api.select(`
        select user_id from public.conversation_messages where id = '${turns[at]?.turnId}'`);
      if (answer.status === 200) assert.deepEqual(rows, [{ user_id: ada.id }]);
      else {
        assert.equal(answer.status, 404, answer.text);
        assert.deepEqual(rows, []);
      }
    }
  }
});

test("an expired session is gone for its visitor, and its token is free", async () => {
  const { secret, ...session } = await fixture.visitor();
  await fixture.api.select(`
    update public.session_clients set expires_at = now() - interval '1 second'
    where session_id = '${session.sessionId}'`);
  await refusedEverywhere(session, { secret });
  const late = await claim(session, { token: ada.token, secret });
  assert.equal(late.status, 404, late.text);
  const body = { sessionToken: session.sessionToken, sessionSecret: newSecret() };
  const answer = await fixture.edge.post("chat-session/start", body);
  assert.equal(answer.status, 200, answer.text);
  assert.notEqual(answer.body["sessionId"], session.sessionId);
});

/** Every row of every table, as text. */
async function dump(): Promise<string> {
  const tables = Object.keys(await fixture.counts());
  const parts = await Promise.all(
    [...tables, "private.rate_limits", "auth.users"].map((table) =>
      fixture.api.select(
        `select coalesce(string_agg(t::text, e'\n'), '') as rows from ${table} as t`,
      )
    ),
  );
  return parts.map(([part]) => String(part?.["rows"])).join("\n");
}
