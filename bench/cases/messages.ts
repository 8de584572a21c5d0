import { randomUUID } from "node:crypto";
import type { Statement } from "../case.ts";
import { openSession } from "../data/chat.ts";
import type { Size } from "../data/sizes.ts";

/** 180 characters. */
export const questionText =
  "What will it take to move the whole catalogue to the new shop before the summer sale, and which " +
  "of the three plans that we spoke about last week is the right one to begin with now?";

/** 780 characters. */
export const answerText = [
  "Three things have to be ready before anything moves: the list of articles without a picture, the ",
  "prices that differ between the two shops, and the addresses that search engines know. The first ",
  "plan starts with the pictures and takes nine days, because every article waits for its own. The ",
  "second starts with the prices: it takes five days, and customers see nothing of it until the last ",
  "one. The third moves everything in one night and mends what is wrong on the morning after, which ",
  "went well for a shop of half the size. I would begin with the second. It leaves a week for the ",
  "pictures, the addresses can be redirected at any time, and if the sale comes early you can stop ",
  "after every step without a shop that is half here and half there. Shall I write down the steps, or ",
  "do you",
].join("");

/** An answer with its cost, as the design that Turnbase grew from shows it, with an id. */
export function insertAnswer(size: Size, text = answerText): Statement {
  return {
    sql: `
      insert into public.conversation_messages (
        id, session_id, brand_id, user_id, role, content, provider, model_used, tokens_used,
        cost_usd, latency_ms
      )
      values ($1, $2, $3, $4, 'assistant', $5, 'openai', 'large', 150, 0.0008, 850)`,
    values: (call) => message(size, call, text),
  };
}

export function insertQuestion(size: Size): Statement {
  return {
    sql: `
      insert into public.conversation_messages (id, session_id, brand_id, user_id, role, content)
      values ($1, $2, $3, $4, 'user', $5)`,
    values: (call) => message(size, call, questionText),
  };
}

function message(size: Size, call: number, text: string): unknown[] {
  const { session, brand, user } = openSession(size, call);
  return [randomUUID(), session, brand, user, text];
}

export function logTurn(size: Size): Statement {
  return {
    sql: `
      select * from public.log_turn(
        p_session_id => $1, p_turn_id => $2, p_user_message => $3, p_assistant_message => $4,
        p_provider => 'openai', p_model_used => 'large', p_tokens_used => 150,
        p_cost_usd => 0.0008, p_latency_ms => 850
      )`,
    values: (call) => [openSession(size, call).session, randomUUID(), questionText, answerText],
  };
}

function toggle(table: "messages" | "sessions", trigger: string, state: "on" | "off"): string {
  const action = state === "on" ? "enable" : "disable";
  return `alter table public.conversation_${table} ${action} trigger conversation_${table}_${trigger}`;
}

/**
 * Whether new messages are indexed for search. The baseline has no search: beside it the product writes without, and
 * search_write measures what it adds.
 */
export function searchIndex(state: "on" | "off"): string {
  return toggle("messages", "90_index_added", state);
}

/** Whether clients are told what was written. */
export function broadcasts(state: "on" | "off"): string {
  return `${toggle("messages", "95_broadcast_added", state)};
    ${toggle("sessions", "95_broadcast_changed", state)}`;
}

/** Whether new messages are queued for vectors; a server without pgvector has no such trigger. */
function embeddings(state: "on" | "off"): string {
  return `do $$
    begin
      ${toggle("messages", "85_queue_added", state)};
    exception
      when undefined_object then null;
    end
    $$`;
}

/** Search, embeddings and realtime, none of which the baseline has. */
export function extras(state: "on" | "off"): string {
  return `${searchIndex(state)}; ${embeddings(state)}; ${broadcasts(state)}`;
}

/** The product's columns and indexes without its triggers, keys to other tables and policies. */
export const bareTable = `
  drop table if exists bench.bare_messages;
  create table bench.bare_messages
  (like public.conversation_messages including defaults including constraints including indexes);
  grant usage on schema bench to service_role;
  grant insert on bench.bare_messages to service_role`;
