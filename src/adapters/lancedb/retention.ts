/**
 * For how long files of a version are kept that is no longer the latest: a read of another process works on the version that it began
 * with, a copy of the folder on the one whose files it lists first, and none takes this long.
 */
const GRACE_MS = 10 * 60_000;

/**
 * Before which date a version was written whose files may go. The one that was the latest when the grace began may still be read,
 * however old it is: a catalog is quiet for hours and then written to. LanceDB counts from when it has merged the files, which
 * takes a while, too.
 *
 * @param written when each version was.
 * @param now in milliseconds since 1970.
 */
export function removableBefore(written: readonly Date[], now: number): Date {
  const graceBegan = now - GRACE_MS;
  const before = written.map((date) => date.getTime()).filter((time) => time <= graceBegan);
  if (before.length === 0) return new Date(graceBegan);
  return new Date(before.reduce((latest, time) => Math.max(latest, time)) - GRACE_MS);
}
