import { fileURLToPath } from "node:url";
import { join } from "node:path";

/** The checkout; everything that the stack writes stands in `<root>/.local`. */
export const root = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");
export const stateDir = join(root, ".local");
export const modulesDir = join(root, "node_modules");
