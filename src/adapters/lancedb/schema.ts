import {
  Binary,
  Field,
  FixedSizeList,
  Float16,
  Float32,
  List,
  makeData,
  makeVector,
  Schema,
  Table,
  Uint8,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import { type EmbeddedDesign, VIEWS, type View, viewsOf } from "../../core/design.js";
import { attributeText } from "../../core/filter.js";
import { fuseDesign } from "../../core/query.js";
import { toFloat16 } from "./float16.js";

/** The bit of each view in the column `views`. */
const viewBits: Readonly<Record<View, number>> = { front: 1, back: 2 };

/** Every value the column `views` takes: a design has at least one view. */
export const VIEW_MASKS = [1, 2, 3] as const;

export function viewMask(views: readonly View[]): number {
  return views.reduce((mask, view) => mask | viewBits[view], 0);
}

export function viewsOfMask(mask: number): View[] {
  return VIEWS.filter((view) => mask & viewBits[view]);
}

/** The names of these columns for every view. */
export function pictureColumns(...suffixes: ("sha256" | "path" | "thumbnail")[]): string[] {
  return VIEWS.flatMap((view) => suffixes.map((suffix) => `${view}_${suffix}`));
}

/** The column of the designs' checksums, which tables of the first catalogs lack. */
export const CHECKSUM = "checksum";

const labelsType = new List(new Field("item", new Utf8(), true));

/** Above so many numbers an embedding is stored in half precision: of VGG16's 25,088 a design has 100 KB then, not 200. */
const LONGEST_FLOAT32 = 4096;

export function isStoredAsFloat16(embeddingDim: number): boolean {
  return embeddingDim > LONGEST_FLOAT32;
}

function vectorType(embeddingDim: number): FixedSizeList {
  const number = isStoredAsFloat16(embeddingDim) ? new Float16() : new Float32();
  return new FixedSizeList<Float16 | Float32>(2 * embeddingDim, new Field("item", number, true));
}

/** The table `designs`: one row a design, with its thumbnails, so that they never drift apart from it. */
export function designSchema(embeddingDim: number): Schema {
  return new Schema([
    new Field("id", new Utf8()),
    new Field("vector", vectorType(embeddingDim)),
    new Field("views", new Uint8()),
    new Field("attributes", new Utf8()),
    new Field("labels", labelsType),
    ...VIEWS.flatMap((view) => [
      new Field(`${view}_sha256`, new Utf8(), true),
      new Field(`${view}_path`, new Utf8(), true),
      new Field(`${view}_thumbnail`, new Binary(), true),
    ]),
    new Field(CHECKSUM, new Binary(), true),
  ]);
}

/** The embedding dimension that a table with this schema was made for. */
export function embeddingDimOf(schema: Schema): number {
  const vector = schema.fields.find((field) => field.name === "vector")!;
  return (vector.type as FixedSizeList).listSize / VIEWS.length;
}

/** Whether a table with this schema has the column. */
export function hasColumn(schema: Schema, name: string): boolean {
  return schema.fields.some((field) => field.name === name);
}

/** The designs as rows of a table of {@link designSchema}, with its checksums or without. */
export function designTable(
  designs: readonly EmbeddedDesign[],
  embeddingDim: number,
  checksums: readonly Uint8Array[] | null,
): Table {
  const text = (values: (string | null)[]) => vectorFromArray(values, new Utf8());
  const { fields } = designSchema(embeddingDim);
  return new Table(new Schema(fields.filter(({ name }) => checksums || name !== CHECKSUM)), {
    id: text(designs.map((design) => design.id)),
    vector: vectorColumn(designs, embeddingDim),
    views: vectorFromArray(
      designs.map((design) => viewMask(viewsOf(design.views))),
      new Uint8(),
    ),
    attributes: text(designs.map((design) => attributesText(design.attributes))),
    labels: vectorFromArray(
      designs.map((design) => labelsOf(design.attributes)),
      labelsType,
    ),
    ...Object.fromEntries(
      VIEWS.flatMap((view) => {
        const pictures = designs.map((design) => design.views[view]);
        const thumbnails = pictures.map((picture) => picture?.thumbnail ?? null);
        return [
          [`${view}_sha256`, text(pictures.map((picture) => picture?.sha256 ?? null))],
          [`${view}_path`, text(pictures.map((picture) => picture?.path ?? null))],
          [`${view}_thumbnail`, vectorFromArray(thumbnails, new Binary())],
        ];
      }),
    ),
    ...(checksums && { [CHECKSUM]: vectorFromArray(checksums, new Binary()) }),
  });
}

function vectorColumn(designs: readonly EmbeddedDesign[], embeddingDim: number) {
  const values = new Float32Array(designs.length * 2 * embeddingDim);
  designs.forEach(({ views }, row) => {
    const embeddings = Object.fromEntries(viewsOf(views).map((view) => [view, views[view]!.embedding]));
    values.set(fuseDesign(embeddings, embeddingDim), row * 2 * embeddingDim);
  });
  const { length } = values;
  const child = isStoredAsFloat16(embeddingDim)
    ? makeData({ type: new Float16(), length, data: toFloat16(values) })
    : makeData({ type: new Float32(), length, data: values });
  return makeVector(makeData({ type: vectorType(embeddingDim), length: designs.length, child }));
}

/**
 * Attributes as JSON, each on a line of its own: JSON escapes newlines, so that a line begins only where an attribute
 * does, and a pattern that begins with one finds a key and never the inside of a text.
 */
export function attributesText(attributes: EmbeddedDesign["attributes"]): string {
  return JSON.stringify(attributes, null, 1);
}

/** What precedes the value of the attribute `key` in the column `attributes`. */
export function attributePrefix(key: string): string {
  return `\n ${JSON.stringify(key)}: `;
}

/** The attributes as the column `labels` holds them. */
export function labelsOf(attributes: EmbeddedDesign["attributes"]): string[] {
  return Object.entries(attributes).map(([key, value]) => label(key, attributeText(value)));
}

/** An attribute as the column `labels` holds it; JSON keeps any two pairs of key and value apart. */
export function label(key: string, text: string): string {
  return `${JSON.stringify(key)}=${JSON.stringify(text)}`;
}
