import type { Config } from "../config.js";
import { DEVICES } from "../core/device.js";
import { AppError } from "../errors.js";
import {
  addModel,
  describeDevices,
  findPack,
  type ListedPack,
  listPacks,
  type ModelPack,
  removePack,
  verifyPack,
} from "../model-packs.js";
import { printable } from "../printable.js";
import { formatTable } from "../text-table.js";
import { orInterrupted } from "./interruptible.js";
import { writeTo } from "./output-place.js";
import { parsePooling, parseResizePolicy } from "./pack-options.js";
import { leaveProgress, type Progress, progressOnTerminal } from "./progress.js";

/** Terminal columns: enough that no hash, licence or reason is cut. */
const MAX_SHOWN_WIDTH = 500;

export interface AddFlags {
  readonly id?: string;
  readonly weights?: string;
  readonly sha256?: string;
  readonly file?: string;
  readonly output?: string;
  readonly pooling?: string;
  readonly resize?: string;
}

/** `diptych models list` */
export async function runModelsList({ json }: { readonly json?: boolean }, config: Config): Promise<void> {
  const packs = await listPacks(config);
  if (json) process.stdout.write(`${JSON.stringify(packs.map(toJson), null, 2)}\n`);
  else process.stdout.write(formatTable([["id", "title", "numbers", "pixels", "comes"], ...packs.map(row)]));
}

function row(listed: ListedPack): string[] {
  const comes = listed.own ? "added" : "with Diptych";
  if ("failure" in listed) return [listed.id, listed.failure.message, "", "", comes];
  const { title, embeddingDim, input } = listed.pack.manifest;
  return [listed.id, title, String(embeddingDim), String(input.size), comes];
}

function toJson(listed: ListedPack) {
  const { id, own } = listed;
  if ("failure" in listed) return { id, own, error: listed.failure.message };
  const { title, licence, source, embeddingDim } = listed.pack.manifest;
  return { id, own, title, licence, source, embeddingDim, sha256: listed.pack.identity.sha256 };
}

/** `diptych models show ID` */
export async function runModelsShow(
  id: string,
  { json }: { readonly json?: boolean },
  config: Config,
): Promise<void> {
  const { manifest, identity } = await findPack(id, config.models);
  const devices = await describeDevices();
  if (json) {
    process.stdout.write(`${JSON.stringify({ ...manifest, identity, devices }, null, 2)}\n`);
    return;
  }
  const { title, licence, source, model, input, resizePolicy, outputs, aspects, embeddingDim } = manifest;
  const runsOn = DEVICES.map((device) => {
    const chosen = device === config.device ? ", chosen" : "";
    return [`on ${device}`, devices[device] === null ? `runs${chosen}` : `does not run: ${devices[device]}`];
  });
  const rows = [
    ["id", id],
    ["title", title],
    ["licence", licence],
    ["source", source],
    ["embedding", `${embeddingDim} numbers: ${aspects.map(({ name, dim }) => `${name} ${dim}`).join(", ")}`],
    ["takes", `${input.size} x ${input.size} pixels, ${input.channelOrder}, ${input.scale.elementType}`],
    [
      "resizing",
      typeof resizePolicy === "string" ? resizePolicy : `cover, short side ${resizePolicy.shortSide}`,
    ],
    ["outputs", outputs.map(({ name, pooling }) => `${name} (${pooling.kind})`).join(", ")],
    ["model", `sha256 ${model.sha256}`],
    ["identity", `sha256 ${identity.sha256}`],
    ...runsOn,
  ];
  process.stdout.write(formatTable(rows, MAX_SHOWN_WIDTH));
}

/**
 * `diptych models add SOURCE`
 *
 * @returns the exit status: 0 added, 130 interrupted.
 */
export async function runModelsAdd(source: string, flags: AddFlags, config: Config): Promise<number> {
  const { pooling, resize, ...rest } = flags;
  if (flags.sha256 !== undefined && !/^[0-9a-f]{64}$/u.test(flags.sha256)) {
    throw new AppError(
      "INVALID_REQUEST",
      `--sha256 is 64 lower-case hexadecimal digits; received "${flags.sha256}".`,
    );
  }
  const interrupted = "Interrupted; no pack was added. Run it again to go on with the download.";
  return orInterrupted(interrupted, async (signal) => {
    const options = {
      source,
      ...rest,
      pooling: pooling === undefined ? undefined : parsePooling(pooling),
      resizePolicy: resize === undefined ? undefined : parseResizePolicy(resize),
      onDownload: downloadProgress(),
      signal,
    };
    const pack = await writeTo(config.models, () => addModel(config, options));
    // A download of which nobody told how long it is has no end that is told.
    leaveProgress();
    process.stdout.write(describeAdded(pack));
    return 0;
  });
}

function describeAdded({ manifest: { id, embeddingDim, licence } }: ModelPack): string {
  return `Added the model pack ${id}: embeddings of ${embeddingDim} numbers. Licence: ${licence}.\nUse it with: diptych import SOURCE --model ${id}, or diptych import --reembed --model ${id}\n`;
}

/** One line of progress for each file. */
function downloadProgress() {
  let shown: { name: string; progress: Progress } | undefined;
  return (name: string, received: number, total: number | null) => {
    const megabytes = (bytes: number) => Math.round(bytes / 1e5) / 10;
    if (shown?.name !== name) {
      shown = { name, progress: progressOnTerminal("MB", total === null ? null : megabytes(total)) };
    }
    if (received === total) shown.progress.tell(`${name}: ${megabytes(received)} MB`);
    else shown.progress.update(megabytes(received));
  };
}

/** `diptych models verify [ID]`: every pack, when none is named. */
export async function runModelsVerify(id: string | undefined, config: Config): Promise<void> {
  const ids = id === undefined ? (await listPacks(config)).map((listed) => listed.id) : [id];
  const failures: AppError[] = [];
  for (const each of ids) {
    try {
      await verifyPack(each, config);
      process.stdout.write(
        `${each}: its files are those of its manifest, and it makes embeddings on ${config.device}\n`,
      );
    } catch (error) {
      const failure = AppError.from(error);
      // One is told as any failure is, and so is a device that is not there: that is no fault of the packs.
      if (id !== undefined || failure.code === "INVALID_REQUEST") throw failure;
      process.stdout.write(`${printable(`${each}: ${failure.message}`)}\n`);
      failures.push(failure);
    }
  }
  if (failures.length > 0) {
    throw new AppError(
      "MODEL_INVALID",
      `${failures.length} of ${ids.length} model packs cannot be used; add them again.`,
    );
  }
}

/** `diptych models remove ID` */
export async function runModelsRemove(id: string, config: Config): Promise<void> {
  await writeTo(config.models, () => removePack(id, config));
  process.stdout.write(`Removed the model pack ${id}.\n`);
}
