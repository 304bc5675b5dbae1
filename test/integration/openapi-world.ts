import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "vitest";
import { rasterise, writeCatalogue } from "../../demo/catalogue.js";
import { createFlatDesign } from "../../demo/flats/design.js";
import { drawFlat } from "../../demo/flats/draw.js";
import { createApp } from "../../src/http/app.js";
import { type AppError, openDiptych } from "../../src/index.js";
import { zipOf } from "../fixtures/zip-file.js";
import {
  addressesOf,
  bodiesOf,
  checkerOf,
  formOf,
  hasId,
  type OpenApiDocument,
  type Operation,
  operationsOf,
} from "./openapi-document.js";

const SEED = 5;
export const DOCUMENT = "/api/v1/openapi.json";

export interface Sent {
  readonly address: string;
  readonly headers?: Record<string, string>;
  readonly body?: FormData | string | undefined;
}

export type OpenApiWorld = Awaited<ReturnType<typeof openWorld>>;

/** Drawn designs, served, with a search and an import, and requests to all operations. */
export async function openWorld() {
  const directory = path.join(tmpdir(), `diptych-openapi-${randomUUID()}`);
  await mkdir(directory);
  const { manifest } = await writeCatalogue({ directory, count: 16, seed: SEED });
  const diptych = await openDiptych({ catalog: path.join(directory, "catalog"), create: true });
  await diptych.import(manifest);
  const state = { isDraining: false, defects: [] as AppError[] };
  const { api, close: closeApp } = createApp(diptych, {
    version: "1.2.3",
    isDraining: () => state.isDraining,
    onDefect: (error) => {
      // The keeper is told of a catalog that cannot be used, too, which is no defect.
      if (error.code === "INTERNAL") state.defects.push(error);
    },
  });
  const document = (await (await api.request(DOCUMENT)).json()) as OpenApiDocument;
  const operations = operationsOf(document);
  const checker = checkerOf(document);

  const [front, back] = await Promise.all(
    (["front", "back"] as const).map((view) => rasterise(drawFlat(createFlatDesign(SEED, 40), view))),
  );
  const rows = "id,front,price\nZ-1,z.png,19.5\nZ-2,none.png,20\n";
  const archive = await zipOf({ "designs.csv": rows, "z.png": front! });
  const files: Readonly<Record<string, Buffer>> = { front: front!, back: back!, files: archive };
  const fileOf = (field: string) => new File([files[field]!], field === "files" ? "designs.zip" : "x.png");

  const create = async (address: string): Promise<string> => {
    const operation = operations.find((one) => one.method === "POST" && one.path === address)!;
    const response = await api.request(address, {
      method: "POST",
      body: bodiesOf(operation, fileOf)[0]!,
    });
    return ((await response.json()) as { id: string }).id;
  };
  /** What stands for `{id}`, by the collection that a path leads to. */
  const ids: Readonly<Record<string, string>> = {
    designs: createFlatDesign(SEED, 3).id,
    searches: await create("/api/v1/searches"),
    imports: await create("/api/v1/imports"),
  };
  await (await api.request(`/api/v1/imports/${ids.imports}/events`)).text();

  const idOf = ({ path }: Operation): string => ids[path.split("/")[3]!] ?? "";

  /** With all that there is to choose from; where that makes something, also with an id that is not taken. */
  const requestsTo = (operation: Operation): Sent[] => {
    const used = [idOf(operation), ...(hasId(operation) && operation.responses[201] ? ["new/ä 1"] : [])];
    return used
      .flatMap((id) => addressesOf(operation, id))
      .flatMap((address) => bodiesOf(operation, fileOf).map((body) => ({ address, body })));
  };

  /** One with other pictures than those that are right; none where it takes no pictures. */
  const requestsWithPictures = (operation: Operation, change: (picture: Buffer) => Uint8Array): Sent[] => {
    const pictureOf = (field: string) => new File([change(files[field]!)], "x.png");
    const takesPictures = formOf(operation).some(([, { format }]) => format === "binary");
    const [address = ""] = addressesOf(operation, idOf(operation));
    return takesPictures ? [{ address, body: bodiesOf(operation, pictureOf)[0] }] : [];
  };

  /** Sends a request and holds that its answer is one that the operation tells of. */
  const send = async (operation: Operation, { address, headers = {}, body }: Sent) => {
    const { method, path, responses } = operation;
    const response = await api.request(address, { method, headers, ...(body && { body }) });
    const about = `${method} ${address.slice(0, 100)}: ${response.status}`;
    const told = responses[response.status];
    const type = (response.headers.get("Content-Type") ?? "").split(";")[0]!;
    expect.soft(told ? Object.keys(told.content ?? { "": {} }) : [], about).toContain(type);
    const isJson = type.endsWith("json");
    const received = isJson ? await response.json() : Buffer.from(await response.arrayBuffer());
    const schema = told?.content?.[type]?.schema;
    if (schema && isJson) expect.soft(checker.faultsOf(schema, received), about).toEqual([]);
    return { response, about, received, kind: `${method} ${path} ${response.status} ${type}` };
  };

  /** In the document's order, in which what was deleted is brought back before it is missed. */
  const sendAll = async (requestsTo: (operation: Operation) => Sent[]) => {
    const answers: Awaited<ReturnType<typeof send>>[] = [];
    for (const operation of operations) {
      for (const request of requestsTo(operation)) answers.push(await send(operation, request));
    }
    expect(answers.length).toBeGreaterThan(0);
    return answers;
  };

  const close = async () => {
    await closeApp();
    await diptych.close();
    await rm(directory, { recursive: true });
  };
  const requests = { requestsTo, requestsWithPictures, send, sendAll };
  return { api, diptych, state, document, operations, ...checker, idOf, ...requests, close };
}
