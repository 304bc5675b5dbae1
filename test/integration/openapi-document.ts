import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly maxLength?: number;
  readonly example?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
}
type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: "path" | "query";
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

/** As much of an OpenAPI document as tests go by. */
export interface OpenApiDocument extends Record<string, unknown> {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Omit<Operation, "method" | "path">>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export function operationsOf({ paths }: OpenApiDocument): Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, told]) => ({ ...told, method: method.toUpperCase(), path })),
  );
}

/** With every value that the path may have, without a query and with all the examples of one. */
export function addressesOf({ path, parameters = [] }: Operation, id = ""): string[] {
  let addresses = [path.replace("{id}", encodeURIComponent(id))];
  const query = new URLSearchParams();
  for (const { name, in: where, schema } of parameters) {
    if (where === "query") appendExamples(query, name, schema);
    else if (name !== "id") {
      const values = (schema.enum ?? [schema.example]).map(String);
      addresses = addresses.flatMap((address) => values.map((value) => address.replace(`{${name}}`, value)));
    }
  }
  return query.size === 0 ? addresses : addresses.flatMap((address) => [address, `${address}?${query}`]);
}

export function formOf({ requestBody }: Operation): [name: string, schema: Schema][] {
  return Object.entries(requestBody?.content["multipart/form-data"]?.schema?.properties ?? {});
}

export const hasId = ({ path }: Operation): boolean => path.includes("{id}");

export const isFile = ({ format, items }: Schema): boolean => (items?.format ?? format) === "binary";

/** A body with the files alone, and one with the other fields' examples; no body where none is told of. */
export function bodiesOf(operation: Operation, fileOf: (field: string) => File): (FormData | undefined)[] {
  if (!operation.requestBody) return [undefined];
  return [false, true].map((withExamples) => {
    const body = new FormData();
    for (const [name, schema] of formOf(operation)) {
      if (isFile(schema)) body.append(name, fileOf(name));
      else if (withExamples) appendExamples(body, name, schema);
    }
    return body;
  });
}

function appendExamples(to: FormData | URLSearchParams, name: string, { example }: Schema): void {
  for (const value of [example].flat()) to.append(name, String(value));
}

/** Every schema in a part of a document, also those within others. */
export function* schemasIn(part: unknown): Generator<Schema> {
  if (typeof part !== "object" || part === null) return;
  yield part;
  for (const inner of Object.values(part)) yield* schemasIn(inner);
}

/** Holds values against a document's schemas. */
export function checkerOf({ components }: OpenApiDocument) {
  /** Names of the components that a value was held against. */
  const met = new Set<string>();
  const ajv = new Ajv2020({ allErrors: true, strictTypes: false });
  formats.default(ajv);
  ajv.addVocabulary(["components", "example"]);
  ajv.addKeyword({ keyword: "component", validate: (name: string) => met.add(name) !== undefined });
  const schemas = mapped(components.schemas, (schema, component) => ({
    ...closed(schema, true),
    component,
  }));
  /** What is wrong with a value. */
  const faultsOf = (schema: Schema, value: unknown): string[] => {
    const validate = ajv.compile({ ...closed(schema), components: { schemas } });
    validate(value);
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  };
  return { met, faultsOf };
}

/** The same without properties that are not told of; a part of an `allOf` knows but its own. */
function closed(schema: Schema, isPart = false): Schema {
  const { $ref, properties, items, allOf } = schema;
  return {
    ...schema,
    ...(properties && { properties: mapped(properties, (property) => closed(property)) }),
    ...(items && { items: closed(items) }),
    ...(allOf && { allOf: allOf.map((part) => closed(part, true)) }),
    ...(!isPart && ($ref ?? properties ?? allOf) !== undefined && { unevaluatedProperties: false }),
  };
}

function mapped<T, U>(record: Readonly<Record<string, T>>, change: (value: T, key: string) => U) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));
}
