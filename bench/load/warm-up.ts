import { Client } from "./client.js";
import { LOADS } from "./loads.js";
import type { Pictures } from "./queries.js";

/**
 * Loads after which nothing gets faster any more: V8 compiles what it has seen often, and again with what it has seen since, for the
 * first two thousand searches. Its threads take 2.9 ms of a search behind 500 of them, 1.6 behind 2,500.
 */
const LOADS_BEFORE = 8;

/**
 * Every query once, then searches that are not measured. Over connections of its own, for the server may end those that a load would
 * find idle.
 */
export async function warmUp(searches: string, queries: readonly Pictures[]): Promise<void> {
  const client = new Client(searches, queries);
  for (let i = 0; i < queries.length; i++) {
    const { status, body } = await client.search(i);
    if (!body.includes('"matches":[{')) throw new Error(`A search was answered with ${status}: ${body}`);
  }
  for (let i = 0; i < LOADS_BEFORE; i++) await LOADS.saturation(client);
  client.close();
}
