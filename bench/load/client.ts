import { Agent, request } from "node:http";
import type { Pictures } from "./queries.js";

/** After so long without an answer a search is lost: far beyond any deadline of the server. */
const PATIENCE_MS = 60_000;
const BOUNDARY = "----diptych-load";

/** What became of one search. */
export interface Outcome {
  /** HTTP status; null when no answer came. */
  readonly status: number | null;
  readonly ms: number;
  /** Of the answer; where none came, why. */
  readonly body: string;
}

export interface SearchOptions {
  /** When the search was to be sent, from which its time counts. Default: now. */
  readonly due?: number;
  /** Whether it comes from somebody new, over a connection of its own. Default: over one that stays open. */
  readonly isNew?: boolean;
}

/** Sends searches. It shares the processors with the server: what it sends is made beforehand. */
export class Client {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  readonly #address: URL;
  readonly #forms: readonly Buffer[];

  constructor(address: string, queries: readonly Pictures[]) {
    this.#address = new URL(address);
    this.#forms = queries.map(form);
  }

  /** @param index of the query; there are endlessly many, which come again and again. */
  search(index: number, { due = performance.now(), isNew = false }: SearchOptions = {}): Promise<Outcome> {
    const body = this.#forms[index % this.#forms.length]!;
    return new Promise((resolve) => {
      const end = (status: number | null, told = "") =>
        resolve({ status, ms: performance.now() - due, body: told });
      const sent = request(this.#address, {
        agent: isNew ? false : this.#agent,
        method: "POST",
        headers: {
          "Content-Type": `multipart/form-data; boundary=${BOUNDARY}`,
          "Content-Length": body.length,
        },
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      sent.on("error", ({ message }) => end(null, message));
      sent.on("response", (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("error", ({ message }) => end(null, message));
        response.on("end", () => end(response.statusCode!, Buffer.concat(parts).toString()));
      });
      sent.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

function form(pictures: Pictures): Buffer {
  const parts = Object.entries(pictures).flatMap(([view, bytes]) => [
    Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${view}"; filename="${view}.jpg"\r\nContent-Type: image/jpeg\r\n\r\n`,
    ),
    bytes,
    Buffer.from("\r\n"),
  ]);
  return Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}
