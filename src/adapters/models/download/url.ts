const MAX_SHOWN_LENGTH = 300;

/**
 * A URL as a message may show it: without user and password, and without the query, where signatures and tokens stand. Parsing
 * has encoded or refused all control characters.
 */
export function shownUrl({ protocol, host, pathname, search }: URL): string {
  const shown = `${protocol}//${host}${pathname}`.slice(0, MAX_SHOWN_LENGTH);
  return search ? `${shown}?...` : shown;
}
