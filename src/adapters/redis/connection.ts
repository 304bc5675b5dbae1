import { Redis } from "ioredis";
import { AppError } from "../../errors.js";

/** Between two attempts to connect, in milliseconds, at most. */
const RECONNECT_WITHIN_MS = 1000;
/** How long a command may take: Redis answers in less than one. */
const COMMAND_TIMEOUT_MS = 5000;

/**
 * A connection that fails what it is asked while Redis is away, and comes back by itself.
 *
 * @throws AppError QUEUE_UNAVAILABLE when Redis cannot be reached now.
 */
export async function connect(url: string): Promise<Redis> {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    // BullMQ asks for it.
    maxRetriesPerRequest: null,
    commandTimeout: COMMAND_TIMEOUT_MS,
    retryStrategy,
  });
  let failure: Error | undefined;
  // Told by what is asked of it meanwhile; unheard it would end the process.
  redis.on("error", (error: Error) => {
    failure = error;
  });
  try {
    await redis.connect();
    return redis;
  } catch (cause) {
    redis.disconnect();
    // The first says why; the other only that there is no connection.
    throw unavailable(failure ?? cause);
  }
}

/** A connection whose commands may wait for ever, as those that wait for work do. */
export function connectPatiently(url: string): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy });
  redis.on("error", () => {});
  return redis;
}

function retryStrategy(attempts: number): number {
  return Math.min(RECONNECT_WITHIN_MS, 50 * 2 ** Math.min(attempts, 10));
}

/** What comes of a Redis that cannot be reached, or takes no more. */
export function unavailable(cause: unknown): AppError {
  // A connection's failure tells by its message where Redis is, which is nobody's business.
  const why =
    cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : String(cause);
  return new AppError(
    "QUEUE_UNAVAILABLE",
    `Redis, where pictures wait for the model, cannot be used (${why.replace(/\.$/u, "")}).`,
    {
      cause,
      retryAfterS: 2,
    },
  );
}
