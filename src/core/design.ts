/** The named pictures a design may have. */
export const VIEWS = ["front", "back"] as const;
export type View = (typeof VIEWS)[number];

/** Something told for some of the views; a view that is missing is absent, never undefined. */
export type PerView<T> = { readonly [V in View]?: T };

/** The views that `perView` tells something for, in the order of {@link VIEWS}. */
export function viewsOf(perView: PerView<unknown>): View[] {
  return VIEWS.filter((view) => perView[view] !== undefined);
}

/** Free facts about a design. */
export type AttributeValue = string | number;

/** A number in its shortest notation has 24 characters at most, and a few zeros more as people write them. */
const LONGEST_NUMBER = 64;

/**
 * An attribute that came as text: a number where it is written as one, be it with zeros at its end as prices are (`12.50`);
 * codes such as `007` stay text.
 */
export function attributeValue(text: string): AttributeValue {
  if (text.length > LONGEST_NUMBER) return text;
  const shortest = text.includes(".") ? text.replace(/\.?0+$/u, "") : text;
  const value = Number(shortest);
  return Number.isFinite(value) && String(value) === shortest ? value : text;
}

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Where a view's picture came from. */
export interface Picture {
  /** SHA-256 of the original file's bytes, in lower-case hexadecimal; null where only its embedding was imported. */
  readonly sha256: string | null;
  /** Of the original file: absolute, or below the catalog's folder for one that the catalog keeps itself; null when there is none. */
  readonly path: string | null;
}

/** A design as the catalog tells it. */
export interface Design {
  readonly id: string;
  readonly attributes: Attributes;
  readonly views: PerView<Picture>;
}

/** A view with everything the catalog keeps of it. */
export interface EmbeddedPicture extends Picture {
  /** WebP, long side at most 256 px; null when there is no picture. */
  readonly thumbnail: Uint8Array | null;
  /** L2-normalised, `[embeddingDim]`. */
  readonly embedding: Float32Array;
}

/** A design as it is written to the catalog: at least one view. */
export interface EmbeddedDesign {
  readonly id: string;
  readonly attributes: Attributes;
  readonly views: PerView<EmbeddedPicture>;
}

/** Whether both are the same pictures, from the same places, with the same attributes. */
export function isSameDesign(a: Omit<Design, "id">, b: Omit<Design, "id"> | undefined): boolean {
  return (
    b !== undefined &&
    sameAttributes(a.attributes, b.attributes) &&
    VIEWS.every((view) => {
      const [one, other] = [a.views[view], b.views[view]];
      return one?.sha256 === other?.sha256 && one?.path === other?.path;
    })
  );
}

function sameAttributes(a: Attributes, b: Attributes): boolean {
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key])
  );
}
