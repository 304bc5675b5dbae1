import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import https from "node:https";
import { AppError } from "../../../errors.js";
import { shownUrl } from "./url.js";

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** What a server answered, after all redirects. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Where it was, as a message may show it. */
  readonly shownUrl: string;
  /** The bytes as they come; a broken connection is SOURCE_UNAVAILABLE. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Ends the connection if not all of the body was read. */
  close(): void;
}

export interface RequestOptions {
  readonly headers: Record<string, string>;
  /** How long no byte may come before the connection counts as broken. */
  readonly idleMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Gets a URL and goes where it redirects, if that is https too.
 *
 * @throws AppError SOURCE_UNAVAILABLE when there is no answer; INVALID_REQUEST for a redirect that is not to be followed.
 */
export async function request(source: URL, options: RequestOptions): Promise<Answer> {
  let url = source;
  for (let redirects = 0; ; redirects++) {
    const shown = shownUrl(url);
    const response = await send(url, options).catch((cause: unknown) => {
      throw sourceUnavailable(shown, reasonOf(cause), cause);
    });
    const { statusCode: status = 0, headers } = response;
    if (!REDIRECTS.has(status) || headers.location === undefined) {
      const body = bytesOf(response, shown);
      return { status, headers, shownUrl: shown, body, close: () => response.destroy() };
    }
    response.destroy();
    if (redirects === MAX_REDIRECTS) {
      throw new AppError(
        "INVALID_REQUEST",
        `A download follows at most ${MAX_REDIRECTS} redirects; received one more from ${shownUrl(source)}: give the URL of the file itself.`,
      );
    }
    url = httpsUrl(headers.location, url);
  }
}

/**
 * An https URL of a text, relative to `base` if that is given.
 *
 * @throws AppError INVALID_REQUEST when it is none.
 */
export function httpsUrl(text: string, base?: URL): URL {
  const url = URL.canParse(text, base?.href) ? new URL(text, base?.href) : null;
  if (url?.protocol === "https:") return url;
  const from = base ? `, where ${shownUrl(base)} redirects to` : "";
  // A text that is no URL is not shown: nothing tells where a password may stand in it.
  const received = url ? shownUrl(url) : "a text that is no URL";
  throw new AppError(
    "INVALID_REQUEST",
    `A download needs a URL that begins with https://; received ${received}${from}: give one of the file on an https server.`,
  );
}

export function sourceUnavailable(shown: string, reason: string, cause?: unknown): AppError {
  return new AppError(
    "SOURCE_UNAVAILABLE",
    `The download of ${shown} did not come to its end: ${reason}; check the network, and try again to go on where it stopped.`,
    { cause },
  );
}

/**
 * One request, of `node:https` rather than `fetch`: fetch unpacks what a server compressed, so that neither Content-Length nor
 * ranges would count the bytes that arrive, and it goes by its own agent. This one goes by `https.globalAgent`, where a program
 * can put a proxy or, as the tests do, trust another certificate; users do so with NODE_EXTRA_CA_CERTS.
 */
function send(url: URL, { headers, idleMs, signal }: RequestOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = https.get(url, {
      headers: { "user-agent": "diptych", "accept-encoding": "identity", ...headers },
      timeout: idleMs,
      signal,
    });
    let response: IncomingMessage | undefined;
    sent.on("timeout", () => {
      // A request that was answered already passes no reason on to the body.
      (response ?? sent).destroy(new Error(`no byte came for ${idleMs / 1000} s`));
    });
    sent.on("error", reject);
    sent.on("response", (received) => {
      response = received;
      resolve(received);
    });
  });
}

async function* bytesOf(response: IncomingMessage, shown: string): AsyncGenerator<Uint8Array> {
  try {
    yield* response;
  } catch (cause) {
    throw sourceUnavailable(shown, reasonOf(cause), cause);
  }
}

/** What a person can look up: a code such as ENOTFOUND. Messages of Node may hold what the server sent. */
function reasonOf(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === "ECONNRESET") return "the connection broke off";
  return code ?? message;
}
