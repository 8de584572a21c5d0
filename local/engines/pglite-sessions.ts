import { createServer, type Server, type Socket } from "node:net";
import type { PGlite } from "@electric-sql/pglite";

/**
 * Shares PGlite's one session between many connections.
 *
 * The package's own socket server takes turns by protocol message, so the unnamed statements of two connections that
 * use the extended protocol at once overwrite each other. Here a connection keeps the session from its first message
 * until the server answers "ready, not in a transaction".
 */
export class PgliteSessions {
  private readonly server: Server;
  private readonly connections = new Set<Connection>();
  private readonly waiting: Connection[] = [];
  private holder: Connection | undefined;

  readonly db: PGlite;

  constructor(db: PGlite) {
    this.db = db;
    this.server = createServer((socket) => {
      this.connections.add(new Connection(socket, this));
    });
  }

  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(port, host, () => {
        const address = this.server.address();
        resolve(typeof address === "object" && address ? address.port : port);
      });
    });
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const connection of this.connections) connection.socket.destroy();
    await closed;
  }

  /** Resolves when the session belongs to this connection. */
  acquire(connection: Connection): Promise<void> {
    if (this.holder === connection) return Promise.resolve();
    if (!this.holder) {
      this.holder = connection;
      return Promise.resolve();
    }
    this.waiting.push(connection);
    return new Promise((resolve) => {
      connection.granted = resolve;
    });
  }

  release(connection: Connection): void {
    if (this.holder !== connection) return;
    this.holder = this.waiting.shift();
    this.holder?.granted?.();
  }

  async forget(connection: Connection): Promise<void> {
    this.connections.delete(connection);
    const place = this.waiting.indexOf(connection);
    if (place >= 0) this.waiting.splice(place, 1);
    if (this.holder !== connection) return;
    if (!this.db.closed) {
      // Sync ends a pipeline that the client left half-sent, so that the rollback is not skipped with it.
      await this.db.execProtocolRaw(Uint8Array.of(0x53, 0, 0, 0, 4)).catch(() => undefined);
      if (this.db.isInTransaction()) await this.db.exec("rollback").catch(() => undefined);
    }
    this.release(connection);
  }
}

const sslRequest = 80877103;
const gssRequest = 80877104;
const cancelRequest = 80877102;

class Connection {
  granted: (() => void) | undefined;
  private buffered: Buffer = Buffer.alloc(0);
  private started = false;
  private busy = false;
  private gone = false;

  readonly socket: Socket;
  private readonly sessions: PgliteSessions;

  constructor(socket: Socket, sessions: PgliteSessions) {
    this.socket = socket;
    this.sessions = sessions;
    socket.setNoDelay(true);
    socket.on("data", (data) => {
      this.buffered = this.buffered.length === 0 ? data : Buffer.concat([this.buffered, data]);
      if (!this.busy) void this.drain();
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.gone = true;
      if (!this.busy) void this.sessions.forget(this);
    });
  }

  private async drain(): Promise<void> {
    this.busy = true;
    try {
      for (let message = this.next(); message && !this.gone; message = this.next()) {
        await this.handle(message);
      }
    } catch (error) {
      // The engine itself failed, not a statement: drop the client, serve the others.
      console.error(`pglite: ${error instanceof Error ? error.message : String(error)}`);
      this.socket.destroy();
    } finally {
      this.busy = false;
      if (this.gone) void this.sessions.forget(this);
    }
  }

  /** The next whole message, cut off the buffer. */
  private next(): Buffer | undefined {
    const head = this.started ? 1 : 0;
    if (this.buffered.length < head + 4) return undefined;
    const length = head + this.buffered.readInt32BE(head);
    if (this.buffered.length < length) return undefined;
    const message = this.buffered.subarray(0, length);
    this.buffered = this.buffered.subarray(length);
    return message;
  }

  private async handle(message: Buffer): Promise<void> {
    if (!this.started) {
      const code = message.readInt32BE(4);
      if (code === sslRequest || code === gssRequest) {
        this.socket.write("N");
        return;
      }
      if (code === cancelRequest) {
        this.socket.end();
        return;
      }
      this.started = true;
    } else if (message[0] === 0x58) {
      // Terminate would end the session that the others use.
      this.socket.end();
      return;
    }
    await this.sessions.acquire(this);
    if (this.gone) return;
    let tail: Uint8Array = new Uint8Array();
    await this.sessions.db.execProtocolRawStream(new Uint8Array(message), {
      onRawData: (data) => {
        if (data.length === 0) return;
        tail = lastBytes(tail, data, 6);
        if (this.socket.writable) this.socket.write(Buffer.from(data));
      },
    });
    if (isReadyIdle(tail)) this.sessions.release(this);
  }
}

function lastBytes(before: Uint8Array, data: Uint8Array, count: number): Uint8Array {
  return data.length >= count
    ? data.slice(-count)
    : Uint8Array.from([...before, ...data]).slice(-count);
}

/** ReadyForQuery with status "I". */
function isReadyIdle(tail: Uint8Array): boolean {
  return tail.length === 6 && tail[0] === 0x5a && tail[4] === 5 && tail[5] === 0x49;
}
