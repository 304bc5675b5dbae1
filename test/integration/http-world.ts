import { randomUUID } from "node:crypto";
import { mkdir, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import type { z } from "zod";
import { type App, type AppOptions, createApp } from "../../src/http/app.js";
import type { importAnswer } from "../../src/http/imports/schemas.js";
import type { design, designPage, problemDocument, searchAnswer } from "../../src/http/schemas.js";
import type { Api } from "../../src/http/served.js";
import { type AppError, type Diptych, type DiptychOptions, openDiptych } from "../../src/index.js";
import type { Files } from "../fixtures/zip-file.js";

export type Import = z.infer<typeof importAnswer>;
export type Design = z.infer<typeof design>;
export type Page = z.infer<typeof designPage>;
export type Problem = z.infer<typeof problemDocument>;
export type Search = z.infer<typeof searchAnswer>;

export type Fields = Readonly<Record<string, string | File | readonly (string | File)[]>>;

/** A file as a form sends it. */
export function file(name: string, content: string | Uint8Array): File {
  return new File([content as string], name);
}

/** The form's fields, each once or several times. */
export function form(fields: Fields): FormData {
  const data = new FormData();
  for (const [name, values] of Object.entries(fields)) {
    for (const value of [values].flat() as (string | File)[]) data.append(name, value);
  }
  return data;
}

/** What asks an API as programs do. */
export function createClient(api: () => Api) {
  async function send<T = Problem>(address: string, init: RequestInit = {}) {
    const response = await api().request(address, init);
    return { response, status: response.status, body: (await response.json()) as T };
  }

  const client = {
    send,
    get: <T = Problem>(address: string) => send<T>(address),
    post: <T = Problem>(address: string, body?: FormData) =>
      send<T>(address, { method: "POST", ...(body !== undefined && { body }) }),

    /** The answer before its body is read. */
    open: async (address: string) => api().request(address),

    async bytes(address: string, init: RequestInit = {}) {
      const response = await api().request(address, init);
      return { response, status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
    },

    /** As it was sent: `text()` of a response leaves the byte order mark out. */
    async text(address: string): Promise<string> {
      return (await client.bytes(address)).bytes.toString();
    },

    /** Begins an import of the files. */
    startImport: (files: Files) => {
      const sent = Object.entries(files).map(([name, content]) => file(name, content));
      return client.post<Import & Problem>("/api/v1/imports", form({ files: sent }));
    },

    /** The import, as soon as it is in one of the states. */
    async reached(id: string, ...states: Import["state"][]): Promise<Import> {
      await expect
        .poll(async () => (await client.get<Import>(`/api/v1/imports/${id}`)).body.state, {
          timeout: 100_000,
        })
        .toBeOneOf(states);
      return (await client.get<Import>(`/api/v1/imports/${id}`)).body;
    },

    /** The import of the files, when it is over. */
    async import(files: Files): Promise<Import> {
      const { status, body } = await client.startImport(files);
      expect([status, body]).toMatchObject([202, {}]);
      return client.reached(body.id, "done", "failed", "cancelled");
    },

    async search(fields: Fields): Promise<Search> {
      const { status, body } = await client.post<Search & Problem>("/api/v1/searches", form(fields));
      expect([status, body]).toMatchObject([201, {}]);
      return body;
    },

    /** The ids that a search by the pictures finds, best first. */
    async idsFoundBy(fields: Fields): Promise<string[]> {
      return (await client.search(fields)).matches.map(({ id }) => id);
    },

    async ids(): Promise<string[]> {
      return (await client.get<Page>("/api/v1/designs?limit=200")).body.designs.map(({ id }) => id);
    },
  };
  return client;
}

export type Client = ReturnType<typeof createClient>;

/**
 * An empty catalog, open with the model that comes with Diptych unless told otherwise, and an API over it: there for the tests of the file that
 * calls this. A defect that a test does not take fails it.
 */
export function createHttpWorld(name: string, settings: Pick<DiptychOptions, "models" | "model"> = {}) {
  const directory = path.join(tmpdir(), `diptych-${name}-${randomUUID()}`);
  const catalog = path.join(directory, "catalog");
  /** The folders of uploads that are there now. */
  const uploads = () => readdir(path.join(catalog, "uploads")).catch((): string[] => []);
  const defects: AppError[] = [];
  const apps: App[] = [];
  let diptych: Diptych;
  let main: App;

  function createOver(over: Diptych, options: Partial<AppOptions> = {}): App {
    const app = createApp(over, { version: "1.2.3", onDefect: (error) => defects.push(error), ...options });
    apps.push(app);
    return app;
  }

  beforeAll(async () => {
    await mkdir(directory, { mode: 0o700 });
    diptych = await openDiptych({ catalog, create: true, ...settings });
    main = createOver(diptych);
  });
  afterAll(async () => {
    await Promise.all(apps.map((each) => each.close()));
    await diptych.close();
    await rm(directory, { recursive: true });
  });
  afterEach(() => {
    expect(defects.splice(0)).toEqual([]);
  });

  return {
    ...createClient(() => main.api),
    directory,
    catalog,
    diptych: () => diptych,
    fetch: (request: Request) => main.api.fetch(request),
    /** Another API over the same catalog, meddled with or set otherwise; it is closed after the tests. */
    serve(meddled: Partial<Diptych> = {}, options: Partial<AppOptions> = {}) {
      const app = createOver({ ...diptych, ...meddled }, options);
      return { ...createClient(() => app.api), api: app.api, close: () => app.close() };
    },
    /** The defects since they were last taken. */
    takeDefects: () => defects.splice(0),
    uploads,
    /** What is left of uploads; waits for the last file of those that are over. */
    async uploadsLeft(): Promise<string[]> {
      await expect
        .poll(uploads, { timeout: 60_000 })
        .toEqual([])
        .catch(() => {});
      return uploads();
    },
  };
}
