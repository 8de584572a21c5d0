/** One line that shows how far a long step is: rewritten on a terminal, else printed every few seconds. */
export class Progress {
  readonly #label: string;
  readonly #total: number;
  readonly #started = performance.now();
  #done = 0;
  #printed = 0;

  constructor(label: string, total: number) {
    this.#label = label;
    this.#total = total;
  }

  add(count: number): void {
    this.#done += count;
    const now = performance.now();
    if (now - this.#printed < (process.stderr.isTTY ? 200 : 5000)) return;
    this.#printed = now;
    this.#print(this.#line(now));
  }

  /** Seconds that it took. */
  end(): number {
    const now = performance.now();
    const seconds = (now - this.#started) / 1000;
    this.#print(
      `${this.#label}: ${this.#done.toLocaleString("en")} in ${seconds.toFixed(1)} s`,
      true,
    );
    return seconds;
  }

  #line(now: number): string {
    const rate = this.#done / ((now - this.#started) / 1000);
    const left = Math.max(0, this.#total - this.#done) / rate;
    const percent = Math.floor(100 * this.#done / this.#total);
    return `${this.#label}: ${percent} %, ${Math.round(rate).toLocaleString("en")} rows/s, ${
      Math.ceil(left)
    } s left`;
  }

  #print(line: string, last = false): void {
    if (!process.stderr.isTTY) process.stderr.write(`${line}\n`);
    else process.stderr.write(`\r\x1b[K${line}${last ? "\n" : ""}`);
  }
}
