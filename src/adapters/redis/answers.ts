import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import type { Embedding } from "../../core/embedding.js";
import type { ItemResult } from "../../core/ports.js";
import type { AppError } from "../../errors.js";
import { unavailable } from "./connection.js";
import { answersChannel, decodeAnswer } from "./protocol.js";

type Result = ItemResult<Embedding>;

/** The answers to what one process asks of workers. */
export class Answers {
  /** Where they are told. */
  readonly channel = answersChannel(randomUUID());
  readonly #subscriber: Redis;
  readonly #pending = new Map<string, (result: Result) => void>();
  #isHeard = false;
  #isClosed = false;

  /** Begins to hear answers, over a connection of its own. */
  static async open(redis: Redis): Promise<Answers> {
    // It subscribes by itself, for it has to know when it hears answers again.
    const subscriber = redis.duplicate({ autoResubscribe: false });
    subscriber.on("error", () => {});
    const answers = new Answers(subscriber);
    try {
      await subscriber.connect();
      await answers.#listen();
      return answers;
    } catch (cause) {
      answers.close();
      throw cause;
    }
  }

  private constructor(subscriber: Redis) {
    this.#subscriber = subscriber;
    subscriber.on("messageBuffer", (_channel: Buffer, message: Buffer) => {
      const answer = decodeAnswer(message);
      if (answer) this.#pending.get(answer.jobId)?.(answer.result);
    });
    subscriber.on("close", () => {
      this.#isHeard = false;
      this.giveUpAll();
    });
    subscriber.on("ready", () => {
      this.#listen().catch(() => {
        if (!this.#isClosed) subscriber.disconnect(true);
      });
    });
  }

  /** Whether an answer would be heard now; before that nothing may be asked. */
  get isHeard(): boolean {
    return this.#isHeard;
  }

  to(id: string): Promise<Result> {
    return new Promise((resolve) => this.#pending.set(id, resolve));
  }

  /** Answers by itself what is still waited for. */
  giveUp(ids: Iterable<string>, error: AppError): void {
    for (const id of ids) this.#pending.get(id)?.({ error });
  }

  /** What was asked, or its answer, may be lost with a connection. */
  giveUpAll(): void {
    this.giveUp(this.#pending.keys(), unavailable("the connection was lost"));
  }

  forget(ids: Iterable<string>): void {
    for (const id of ids) this.#pending.delete(id);
  }

  close(): void {
    this.#isClosed = true;
    this.#subscriber.disconnect();
  }

  async #listen(): Promise<void> {
    await this.#subscriber.subscribe(this.channel);
    this.#isHeard = true;
  }
}
