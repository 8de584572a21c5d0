import type { Mutant } from "./mutant.ts";

export type Verdict =
  | { mutant: Mutant; result: "killed"; file: string; reason: string }
  | { mutant: Mutant; result: "survived" }
  | { mutant: Mutant; result: "error"; reason: string };
