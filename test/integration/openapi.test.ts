import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { AppError } from "../../src/index.js";
import { addressesOf, formOf, hasId, isFile, type Operation, schemasIn } from "./openapi-document.js";
import { DOCUMENT, type OpenApiWorld, openWorld, type Sent } from "./openapi-world.js";

let world: OpenApiWorld;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(() => expect(world.state.defects).toEqual([]));
afterAll(() => world.close());

const operationAt = (route: string) =>
  world.operations.find(({ method, path }) => `${method} ${path}` === route)!;

describe("the OpenAPI document", () => {
  test("is valid", async () => {
    expect(await new Validator().validate(structuredClone(world.document))).toEqual({ valid: true });
  });

  test("tells of every route that programs may use but its own, and of no other", () => {
    const routes = world.api.routes
      .filter(({ method, path }) => method !== "ALL" && /^\/(?:api\/|livez$|readyz$|metrics$)/u.test(path))
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/gu, "{$1}")}`);
    const told = world.operations.map(({ method, path }) => `${method} ${path}`);
    expect([...new Set(routes)].toSorted()).toEqual([...told, `GET ${DOCUMENT}`].toSorted());
  });

  test("has examples of all that may be sent but ids and files, and they fit their schemas", () => {
    const sent = world.operations.flatMap((operation) => [
      ...(operation.parameters ?? []).map(({ name, schema }) => [name, schema] as const),
      ...formOf(operation),
    ]);
    for (const [name, schema] of sent) {
      if (name !== "id" && !isFile(schema)) expect.soft(schema, name).toHaveProperty("example");
    }
    for (const { example, ...schema } of schemasIn(world.document)) {
      if (example !== undefined) expect.soft(world.faultsOf(schema, example)).toEqual([]);
    }
  });

  test("leaves nothing of an answer open but whether it has both views", () => {
    for (const { properties = {}, required = [] } of schemasIn(world.document.components)) {
      for (const name of Object.keys(properties)) expect.soft(["front", "back", ...required]).toContain(name);
    }
  });
});

describe("every operation", () => {
  test("answers as it tells, whatever it may be asked", async () => {
    const answers = await world.sendAll(world.requestsTo);
    for (const { response, about } of answers) expect.soft(response.ok, about).toBe(true);
    const answered = answers.map(({ kind }) => kind);
    const told = world.operations.flatMap(({ method, path, responses }) =>
      Object.entries(responses)
        .filter(([status]) => Number(status) < 300)
        .flatMap(([status, { content = {} }]) =>
          Object.keys(content).map((type) => `${method} ${path} ${status} ${type}`),
        ),
    );
    expect([...new Set(answered)].toSorted()).toEqual(told.toSorted());
    const { Problem, ...components } = world.document.components.schemas;
    expect([...world.met].toSorted()).toEqual(Object.keys(components).toSorted());
  });

  test("that knows of an unchanged picture tells so", async () => {
    const operations = world.operations.filter(({ responses }) => responses[304]);
    expect(operations.length).toBeGreaterThan(0);
    for (const operation of operations) {
      const [address = ""] = addressesOf(operation, world.idOf(operation));
      const { response } = await world.send(operation, { address });
      const headers = { "If-None-Match": response.headers.get("ETag")! };
      expect((await world.send(operation, { address, headers })).response.status).toBe(304);
    }
  });

  test("that tells of progress does so in events as described", async () => {
    const operation = operationAt("GET /api/v1/imports/{id}/events");
    const [address = ""] = addressesOf(operation, world.idOf(operation));
    const { received } = await world.send(operation, { address });
    const events = [...String(received).matchAll(/^event: progress\ndata: (.+)$/gmu)];
    expect(events.length).toBeGreaterThan(0);
    for (const [, data = ""] of events) {
      expect(world.faultsOf({ $ref: "#/components/schemas/ImportProgress" }, JSON.parse(data))).toEqual([]);
    }
  });

  test("that takes attributes takes those of the example as they are", async () => {
    const operation = operationAt("PUT /api/v1/designs/{id}");
    const { attributes } = Object.fromEntries(formOf(operation));
    const [, request] = world.requestsTo(operation);
    const { received } = await world.send(operation, request!);
    expect(received).toMatchObject({ attributes: JSON.parse(String(attributes!.example)) });
  });

  const notGet = ({ method }: Operation) => method !== "GET";
  test.each<[string, number, (operation: Operation) => Sent[]]>([
    [
      "an id that nothing has",
      404,
      (operation) =>
        hasId(operation) && !operation.responses[201]
          ? addressesOf(operation, "nothing").map((address) => ({ address }))
          : [],
    ],
    [
      "an id that is too long",
      400,
      (operation) => {
        const { maxLength = 0 } = operation.parameters?.find(({ name }) => name === "id")?.schema ?? {};
        const [address = ""] = addressesOf(operation, "x".repeat(maxLength + 1));
        return hasId(operation) ? [{ ...world.requestsTo(operation)[0], address }] : [];
      },
    ],
    [
      "another word in the path",
      400,
      (operation) => {
        const address = operation.path.replace("{id}", world.idOf(operation));
        return address.includes("{") ? [{ address: address.replace(/\{\w+\}/u, "nothing") }] : [];
      },
    ],
    [
      "a value of the query that is none",
      400,
      (operation) => {
        const query = operation.parameters?.filter((parameter) => parameter.in === "query") ?? [];
        // What is text alone may be any.
        const bad = query.filter(({ schema }) => schema.type !== "string" || schema.enum);
        expect(bad.length > 0, operation.path).toBe(query.length > 0);
        const [address = ""] = addressesOf(operation, world.idOf(operation));
        return bad.map(({ name }) => ({ address: `${address}?${name}=nothing` }));
      },
    ],
    [
      "another site's page",
      400,
      (operation) => {
        const headers = { "Sec-Fetch-Site": "cross-site" };
        return notGet(operation)
          ? world.requestsTo(operation).map((request) => ({ ...request, headers }))
          : [];
      },
    ],
    [
      "another kind of body",
      400,
      (operation) =>
        world.requestsTo(operation).flatMap((request) => (request.body ? [{ ...request, body: "{}" }] : [])),
    ],
    [
      "a form that is too large",
      413,
      (operation) => {
        const headers = { "Content-Length": String(2 ** 27) };
        return world
          .requestsWithPictures(operation, (picture) => picture)
          .map((request) => ({ ...request, headers }));
      },
    ],
    [
      "a file that is no picture",
      415,
      (operation) => world.requestsWithPictures(operation, () => Buffer.from("no picture")),
    ],
    [
      "a picture cut off",
      422,
      (operation) => world.requestsWithPictures(operation, (picture) => picture.subarray(0, 900)),
    ],
  ])("tells that it refuses %s", async (_, status, requestsTo) => {
    for (const { response, about } of await world.sendAll(requestsTo)) {
      expect.soft(response.status, about).toBe(status);
    }
  });

  test("tells what it answers without its catalog, and when the server is about to end", async () => {
    const unavailable = new AppError("CATALOG_UNAVAILABLE", "The disk is gone.");
    for (const name of [
      "get",
      "getEmbedded",
      "thumbnails",
      "list",
      "search",
      "attributes",
      "stats",
    ] as const) {
      vi.spyOn(world.diptych.catalog, name).mockRejectedValue(unavailable);
    }
    const answers = await world.sendAll(world.requestsTo);
    vi.restoreAllMocks();
    world.state.isDraining = true;
    answers.push(...(await world.sendAll(world.requestsTo)));
    world.state.isDraining = false;
    const kinds = new Set(answers.map(({ kind }) => kind));
    expect(kinds).toContain("GET /readyz 503 application/problem+json");
    expect(kinds).toContain("GET /readyz 503 application/json");
  });
});
