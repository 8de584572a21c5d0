import type { Client } from "pg";
import { type Mutant, mutant } from "../mutant.ts";
import { heldPrivileges, type Privilege, withheldPrivileges } from "./privileges.ts";

export async function grants(client: Client): Promise<Mutant[]> {
  return (await heldPrivileges(client)).map((held) => broken("revoke", held));
}

export async function revokes(client: Client): Promise<Mutant[]> {
  return (await withheldPrivileges(client)).map((withheld) => broken("grant", withheld));
}

function broken(verb: "grant" | "revoke", of: Privilege): Mutant {
  const privilege = of.column === "" ? of.privilege : `${of.privilege} (${of.column})`;
  const by = verb === "grant" ? "to" : "from";
  const level = of.column === "" ? "" : "column ";
  return mutant(
    verb === "grant" ? `${level}revoke undone` : `${level}grant revoked`,
    `${privilege} on ${of.target} ${by} ${of.role}`,
    `${verb} ${privilege} on ${of.target} ${by} ${of.role}`,
    [of.name, "privilege", of.role],
  );
}
