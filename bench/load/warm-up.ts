import { Client } from "./client.js";
import { LOADS } from "./loads.js";
import type { Pictures } from "./queries.js";

/** Loads after which nothing gets faster any more: compilers are busy for the first hundreds of searches. */
const LOADS_BEFORE = 2;

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
