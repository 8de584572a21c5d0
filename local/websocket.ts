import WebSocket from "ws";

/**
 * The `transport` that supabase-js wants on Node < 22, which has no WebSocket of its own. A class of ours because the
 * first of ws's own constructors takes null, and TypeScript looks no further.
 */
export class NodeWebSocket extends WebSocket {
  constructor(address: string | URL, protocols?: string | string[]) {
    super(address, protocols);
  }
}
