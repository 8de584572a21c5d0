import { createHash } from "node:crypto";

/** The conversations that everybody stores: the nth turn of a thread is the same for all, and in every run. */
export interface Thread {
  number: number;
  id: string;
  user: string;
  title: string;
}

export interface Turn {
  /** Of the thread's, from 0 on: its messages are 2n + 1 and 2n + 2. */
  number: number;
  questionId: string;
  answerId: string;
  question: string;
  answer: string;
  meta: Meta;
}

/** Of the answer. */
export interface Meta {
  model: string;
  input_tokens: number;
  output_tokens: number;
  cost_usd: number;
  latency_ms: number;
}

const users = 20;

function userId(number: number): string {
  return uuid(`user ${number}`);
}

/** Thread i belongs to user i mod 20, but for kinds of threads that have a user of their own. */
export function threadOf(number: number, user = number % users): Thread {
  return { number, id: uuid(`thread ${number}`), user: userId(user), title: `Thread ${number}` };
}

export function turnOf(thread: number, number: number): Turn {
  const random = randomFrom(thread * 100_003 + number);
  const int = (from: number, to: number) => from + Math.floor(random() * (to - from + 1));
  return {
    number,
    questionId: randomUuid(random),
    answerId: randomUuid(random),
    question: text(`q${2 * number + 1}`, int(60, 400), random),
    answer: text(`a${2 * number + 2}`, int(400, 2000), random),
    meta: {
      model: random() < 0.7 ? "gpt-large" : "gpt-small",
      input_tokens: int(50, 4000),
      output_tokens: int(20, 800),
      cost_usd: int(1, 90_000) / 1_000_000,
      latency_ms: int(200, 9000),
    },
  };
}

export function turnsOf(thread: number, count: number, from = 0): Turn[] {
  return Array.from({ length: count }, (_, n) => turnOf(thread, from + n));
}

/** mulberry32, the seed 42 behind it. */
export function randomFrom(seed: number): () => number {
  let state = Math.imul(seed + 42, 2654435761) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items.map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

/** Many different words: TOAST must not press the same sentence to nothing. */
const vocabulary = (() => {
  const random = randomFrom(0);
  const pick = (from: string) => from[Math.floor(random() * from.length)] ?? "";
  return Array.from({ length: 4096 }, () => {
    let word = "";
    for (let n = 1 + Math.floor(random() * 3); n > 0; n--) {
      word += pick("bcdfghjklmnprstvwz") + pick("aeiou") + (random() < 0.4 ? pick("lnrst") : "");
    }
    return word;
  });
})();

function text(begin: string, length: number, random: () => number): string {
  let made = begin;
  while (made.length < length) made += ` ${vocabulary[Math.floor(random() * 4096)] ?? ""}`;
  return made.slice(0, length).trimEnd();
}

function uuid(name: string): string {
  return format(createHash("md5").update(name).digest("hex"));
}

function randomUuid(random: () => number): string {
  let hex = "";
  while (hex.length < 32) hex += Math.floor(random() * 2 ** 32).toString(16).padStart(8, "0");
  return format(hex);
}

function format(hex: string): string {
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5");
}
