import type { SupabaseClient } from "@supabase/supabase-js";
import type { Database } from "../../types/index.ts";

export declare const supabase: SupabaseClient<Database>;

/** Compiles only where both types are the same. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true
  : false;

/** Compiles only for true. */
export type Holds<T extends true> = T;
