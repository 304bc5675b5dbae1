import { createInTurn } from "./in-turn.js";

/**
 * Makes a wait for a turn of the event loop of one's own: of what becomes ready at the same moment, such as the searches whose pictures were in one
 * batch, each begins in another, and what else has come is attended to in between.
 */
export function createTurns(): () => Promise<void> {
  const inTurn = createInTurn();
  return () => inTurn(() => new Promise((resolve) => setImmediate(resolve)));
}
