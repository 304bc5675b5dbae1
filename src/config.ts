import path from "node:path";
import { z } from "zod";
import { type AccessToken, parseTokens } from "./access-tokens.js";
import { DEVICES } from "./core/device.js";
import { AppError } from "./errors.js";

const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;

export const MAX_THREADS = 64;

/** What each setting must be, as the failure tells it. */
const expected = {
  catalog: "the path of a folder",
  model: "the id of a model pack",
  models: "the path of a folder",
  threads: `a whole number from 1 to ${MAX_THREADS}`,
  device: `one of ${DEVICES.join(", ")}`,
  targetRecall: "a number from 0.9 to 0.999",
  redis: "an address such as redis://localhost:6379",
  log: `one of ${LOG_LEVELS.join(", ")}`,
} as const;

/** Everything that can be set; each field by a flag, by the environment variable named here, or by its default. */
const configSchema = z.object({
  /** Folder of the catalog. DIPTYCH_CATALOG; default ./diptych-data. Made absolute. */
  catalog: z
    .string()
    .min(1)
    .default("./diptych-data")
    .transform((directory) => path.resolve(directory)),
  /** Id of the model pack. DIPTYCH_MODEL; default inception-v3. */
  model: z.string().min(1).default("inception-v3"),
  /** Folder of the user's own model packs. DIPTYCH_MODELS; default ./diptych-models. Made absolute. */
  models: z
    .string()
    .min(1)
    .default("./diptych-models")
    .transform((directory) => path.resolve(directory)),
  /** Worker threads that embed pictures, 1 to 64. DIPTYCH_THREADS; default: one for each processor, one on another device. */
  threads: z.coerce.number().int().min(1).max(MAX_THREADS).optional(),
  /** What the network runs on. DIPTYCH_DEVICE; default cpu. */
  device: z.enum(DEVICES).default("cpu"),
  /** What share of the exact answer a search of a large catalog finds at least, 0.9 to 0.999. DIPTYCH_TARGET_RECALL; default 0.99. */
  targetRecall: z.coerce.number().min(0.9).max(0.999).default(0.99),
  /** Where workers wait for pictures to embed. REDIS_URL; default: pictures are embedded in this process. */
  redis: z.url({ protocol: /^rediss?$/u }).optional(),
  /** What servers and workers log at least. DIPTYCH_LOG; default info. */
  log: z.enum(LOG_LEVELS).default("info"),
});

export type Config = Readonly<z.infer<typeof configSchema>>;

/** A setting that is not told is left out, undefined or, in the environment, empty. */
export type Settings = { readonly [Key in keyof Config]?: string | number | undefined };

/**
 * The configuration of this run: flags before environment variables before defaults, checked once and frozen.
 *
 * @throws AppError INVALID_REQUEST naming the setting that cannot be used.
 */
export function readConfig(flags: Settings, environment: NodeJS.ProcessEnv): Config {
  const told: Record<string, unknown> = {};
  for (const key of Object.keys(configSchema.shape) as (keyof Config)[]) {
    told[key] = flags[key] ?? (environment[environmentVariable(key)] || undefined);
  }
  const parsed = configSchema.safeParse(told);
  if (parsed.success) return Object.freeze(parsed.data);
  const key = parsed.error.issues[0]!.path[0] as keyof Config;
  throw new AppError(
    "INVALID_REQUEST",
    `The setting --${words(key, "-")} (${environmentVariable(key)}) is ${expected[key]}; received "${told[key]}".`,
  );
}

/**
 * Who may use the server: of the environment alone, for others on the machine see flags. None: whoever reaches it.
 *
 * @throws AppError INVALID_REQUEST as parseTokens.
 */
export function readTokens({ DIPTYCH_TOKENS = "" }: NodeJS.ProcessEnv): readonly AccessToken[] {
  return parseTokens(DIPTYCH_TOKENS);
}

/** Redis's has the name that everything else reads it by. */
function environmentVariable(key: string): string {
  return key === "redis" ? "REDIS_URL" : `DIPTYCH_${words(key, "_").toUpperCase()}`;
}

/** The words of a setting's name, in lower case. */
function words(key: string, separator: string): string {
  return key.replace(/[A-Z]/gu, (letter) => separator + letter.toLowerCase());
}
