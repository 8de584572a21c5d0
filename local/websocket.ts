import WebSocket from "ws";

/**
 * The `transport` that supabase-js wants on Node < 22, which has no WebSocket of its own. ws keeps to the browser's
 * interface; its types describe the events a little differently.
 */
export const NodeWebSocket = WebSocket as unknown as typeof globalThis.WebSocket;
