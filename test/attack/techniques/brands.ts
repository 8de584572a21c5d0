import { brandOf, idOf, type Person } from "../actors.ts";
import type { Attempt, Expected } from "../attempt.ts";
import type { Request } from "../http.ts";
import type { World } from "../world.ts";

const brand = brandOf.theirs;
const back = ["prefer", "return=representation"] as const;
const members = "/brand_members";

const membership = (person: Person, of = brand) =>
  `${members}?brand_id=eq.${of}&user_id=eq.${idOf(person)}`;
const patch = (path: string, body: unknown): Request => ({
  method: "PATCH",
  path,
  body,
  headers: [back],
});
const post = (path: string, body: unknown, prefer = ""): Request => ({
  path,
  body,
  headers: [["prefer", `return=representation${prefer}`]],
});
const remove = (path: string): Request => ({ method: "DELETE", path, headers: [back] });

/** From one role of a brand to a higher one, and out of the last owner's. */
export function escalations(world: World): Attempt[] {
  const ranks: Person[] = ["brand_member", "brand_analyst", "brand_admin"];
  const attempts: Attempt[] = [];
  const add = (
    technique: string,
    as: Person,
    object: string,
    send: Request,
    expect: Expected = "nothing",
  ) => attempts.push({ technique, object: `${object} as ${as}`, as, send, expect });
  for (const as of ranks) {
    add("make oneself owner", as, "role", patch(membership(as), { role: "owner" }));
    add(
      "make oneself owner by an upsert",
      as,
      "role",
      post(`${members}?on_conflict=brand_id,user_id`, {
        brand_id: brand,
        user_id: idOf(as),
        role: "owner",
      }, ",resolution=merge-duplicates"),
      "refused",
    );
    add("make oneself owner by a put", as, "role", {
      method: "PUT",
      path: membership(as),
      body: { brand_id: brand, user_id: idOf(as), role: "owner" },
      headers: [back],
    }, "refused");
    for (const role of ["owner", "admin"]) {
      add(
        "let a friend in above oneself",
        as,
        role,
        post(members, { brand_id: brand, user_id: idOf("newcomer"), role }),
        "refused",
      );
    }
    add("push the owner out", as, "membership", remove(membership("brand_owner")));
    add("push the owner down", as, "role", patch(membership("brand_owner"), { role: "member" }));
    add("delete the brand", as, "brand", remove(`/brands?id=eq.${brand}`));
    add(
      "take the brand over",
      as,
      "created_by",
      patch(`/brands?id=eq.${brand}`, { created_by: idOf(as) }),
    );
    add(
      "speak for another member",
      as,
      "session",
      post("/conversation_sessions", { brand_id: brand, user_id: idOf("owner") }),
      "refused",
    );
    if (as !== "brand_admin") {
      add(
        "let a friend in",
        as,
        "member",
        post(members, {
          brand_id: brand,
          user_id: idOf("newcomer"),
          role: "member",
        }),
        "refused",
      );
      add("rename the brand", as, "brand", patch(`/brands?id=eq.${brand}`, { name: "Mine" }));
      add(
        "loosen what the brand keeps",
        as,
        "content_mode",
        patch(`/brands?id=eq.${brand}`, {
          content_mode: "full",
        }),
      );
    } else {
      add(
        "push another admin out",
        as,
        "brand's owner",
        patch(membership("brand_analyst"), { role: "admin" }),
      );
    }
  }
  for (const as of ["stranger", "newcomer", "anonymous"] as const) {
    for (const role of ["member", "owner"]) {
      add(
        "let oneself in",
        as,
        role,
        post(members, { brand_id: brand, user_id: idOf(as), role }),
        "refused",
      );
    }
    add(
      "chat in a brand of others",
      as,
      "session",
      post("/conversation_sessions", { brand_id: brand, user_id: idOf(as) }),
      "refused",
    );
    add(
      "chat in a brand of others by a function",
      as,
      "session",
      post("/rpc/create_conversation_session", {
        p_brand_id: brand,
      }),
      "refused",
    );
    add(
      "make a brand in another's name",
      as,
      "created_by",
      post("/brands", {
        slug: "mine",
        name: "Mine",
        created_by: idOf("brand_owner"),
      }),
      "refused",
    );
  }
  add(
    "come back after leaving",
    "owner",
    "membership",
    post(members, {
      brand_id: brandOf.strangers,
      user_id: idOf("owner"),
      role: "owner",
    }),
    "refused",
  );
  add(
    "come back after leaving",
    "owner",
    "session",
    post("/conversation_sessions", {
      brand_id: brandOf.strangers,
      user_id: idOf("owner"),
    }),
    "refused",
  );
  add("leave as the last owner", "brand_owner", "membership", remove(membership("brand_owner")), [
    409,
  ]);
  add(
    "step down as the last owner",
    "brand_owner",
    "role",
    patch(membership("brand_owner"), {
      role: "member",
    }),
    [409],
  );
  add(
    "delete a brand with what others said there",
    "brand_owner",
    "brand",
    remove(`/brands?id=eq.${brand}`),
    [
      409,
    ],
  );
  add(
    "move a membership",
    "brand_owner",
    "brand_id",
    patch(membership("brand_member"), {
      brand_id: brandOf.strangers,
    }),
    "refused",
  );
  add(
    "move a membership",
    "brand_owner",
    "user_id",
    patch(membership("brand_member"), {
      user_id: idOf("newcomer"),
    }),
    "refused",
  );
  const session = world.marks.rows.find((row) =>
    row.table === "public.conversation_sessions" && row.holder === "owner" && row.brand === brand
  );
  const id = String(session?.values["id"]);
  const readAs: Person[] = ["brand_member", "brand_analyst", "brand_admin", "stranger"];
  for (const as of readAs) {
    add(
      "read a member's chat as an admin does",
      as,
      "read_session_as_admin",
      post(
        "/rpc/read_session_as_admin",
        { p_session_id: id, p_reason: "because of a bug" },
      ),
      "refused",
    );
  }
  for (const reason of ["", " ", "x", null]) {
    add(
      "read a member's chat without a reason",
      "brand_owner",
      `read_session_as_admin, reason ${JSON.stringify(reason)}`,
      post("/rpc/read_session_as_admin", { p_session_id: id, p_reason: reason }),
      "refused",
    );
  }
  for (const as of ["brand_member", "stranger", "newcomer"] as const) {
    for (const name of ["get_brand_usage", "get_common_questions"]) {
      add(
        "sums of a brand without a role for it",
        as,
        name,
        post(`/rpc/${name}`, {
          p_brand_id: brand,
          p_from: "2020-01-01",
          p_to: "2020-01-31",
        }),
        "refused",
      );
    }
  }
  for (const role of ["admin", "owner", "service_role"]) {
    add(
      "give oneself a role of the app",
      "newcomer",
      `app_role ${role}`,
      patch(
        `/profiles?user_id=eq.${idOf("newcomer")}`,
        { app_role: role },
      ),
      "refused",
    );
  }
  add(
    "take another's profile",
    "newcomer",
    "profiles",
    patch(`/profiles?user_id=eq.${idOf("owner")}`, {
      display_name: "Mine",
    }),
  );
  return attempts;
}
