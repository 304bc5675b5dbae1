import { AppError } from "../errors.js";
import { type Attributes, type EmbeddedPicture, type PerView, type View, viewsOf } from "./design.js";
import { checkDesignId } from "./design-id.js";
import { checkDesigns } from "./embedding.js";
import type { InTurn } from "./in-turn.js";
import type { Catalog, Embedder, EmbedOptions, ImageReader, PictureStore } from "./ports.js";
import { aboutView } from "./view-failure.js";

/** What a design shall be. What is left out stays as it is, if the design is there already. */
export interface PutDesign {
  readonly id: string;
  /** The bytes of picture files. */
  readonly pictures?: PerView<Uint8Array>;
  /** Views that the design shall not have. */
  readonly without?: readonly View[];
  /** All of them. Default: those it has; of a new design, none. */
  readonly attributes?: Attributes;
  /** Whether a design that is there already is refused, not changed. Default false. */
  readonly onlyNew?: boolean;
}

export interface PutDesignPorts {
  readonly images: Pick<ImageReader, "read">;
  readonly embedder: Embedder;
  readonly catalog: Catalog;
  readonly pictures: PictureStore;
  readonly hash: (bytes: Uint8Array) => string;
  /** Shared by all that put designs into the catalog. */
  readonly inTurn: InTurn;
}

/**
 * Adds a design or changes one. Doing it twice is doing it once.
 *
 * @param options how its pictures are embedded; nothing is written once nobody waits for that.
 * @returns whether the design is new.
 * @throws AppError INVALID_REQUEST for an id or attributes that cannot be kept, and when no view would be left; what the picture
 * reader, the embedder and the catalog throw.
 */
export async function putDesign(
  { id, pictures = {}, without = [], attributes, onlyNew = false }: PutDesign,
  ports: PutDesignPorts,
  options: EmbedOptions = {},
): Promise<{ created: boolean }> {
  checkDesignId(id);
  const embedded = await embedPictures(pictures, ports, options);
  // Between reading the design and writing it, nobody else may change it.
  return ports.inTurn(async () => {
    const known = (await ports.catalog.getEmbedded([id])).get(id);
    if (known && onlyNew) {
      throw new AppError(
        "INVALID_REQUEST",
        `There is a design "${id}" already; change that one, or give the new one another id.`,
      );
    }
    const views: { [V in View]?: EmbeddedPicture } = { ...known?.views };
    for (const view of without) delete views[view];
    Object.assign(views, embedded);
    if (viewsOf(views).length === 0) {
      throw new AppError(
        "INVALID_REQUEST",
        `A design has a front picture, a back picture or both; "${id}" would have none, so send one as front or back.`,
      );
    }
    const design = { id, attributes: attributes ?? known?.attributes ?? {}, views };
    checkDesigns([design], ports.catalog.model.embeddingDim);
    await ports.catalog.upsert([design]);
    return { created: known === undefined };
  });
}

async function embedPictures(
  pictures: PerView<Uint8Array>,
  { images, embedder, pictures: store, hash }: PutDesignPorts,
  options: EmbedOptions,
): Promise<PerView<EmbeddedPicture>> {
  const views = viewsOf(pictures);
  const read = await Promise.all(views.map((view) => aboutView(view, images.read(pictures[view]!))));
  const results = await embedder.embed(
    read.map(({ tensor }) => tensor),
    options,
  );
  const embedded = views.map(async (view, i) => {
    const result = results[i]!;
    if ("error" in result) throw result.error;
    const bytes = pictures[view]!;
    const sha256 = hash(bytes);
    const path = await store.keep(bytes, sha256);
    const { thumbnail } = read[i]!;
    return [view, { sha256, path, thumbnail, embedding: result.value }] as const;
  });
  return Object.fromEntries(await Promise.all(embedded));
}
