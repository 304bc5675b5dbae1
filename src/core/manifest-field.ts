/** The columns of a manifest that are no attributes. */
const MANIFEST_FIELDS = ["id", "front", "back"] as const;
export type ManifestField = (typeof MANIFEST_FIELDS)[number];

/** The field that a column's name means, however it is cased and spaced; null for an attribute's. */
export function manifestField(name: string): ManifestField | null {
  const folded = name.trim().toLowerCase();
  return MANIFEST_FIELDS.find((field) => field === folded) ?? null;
}
