import path from "node:path";
import { AppError } from "../../errors.js";
import { httpsUrl } from "./download/request.js";
import { shownUrl } from "./download/url.js";

export function isUrl(place: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//iu.test(place);
}

/**
 * Where the files of a model's folder are: ends with a slash, before the query that its URL has.
 *
 * @throws AppError INVALID_REQUEST for a URL that is not https.
 */
export function folderUrl(place: string): URL {
  const url = whereFilesAre(place);
  // The page of a repository is not where its files are.
  const isHubPage = isHub(url) && /^\/[^/]+\/[^/]+\/*$/u.test(url.pathname);
  url.pathname = `${url.pathname.replace(/\/+$/u, "")}${isHubPage ? "/resolve/main/" : "/"}`;
  return url;
}

/**
 * The folder of a model's file, and its name in it, encoded as it is in the URL.
 *
 * @throws AppError INVALID_REQUEST for a URL that is not https, or names no file.
 */
export function fileUrl(place: string): { readonly folder: URL; readonly name: string } {
  const folder = whereFilesAre(place);
  const name = path.posix.basename(folder.pathname);
  if (folder.pathname.endsWith("/")) {
    throw new AppError(
      "INVALID_REQUEST",
      `The URL of a file ends in the file's name; received ${shownUrl(folder)}, which is a folder's.`,
    );
  }
  folder.pathname = folder.pathname.slice(0, -name.length);
  return { folder, name };
}

/** The file of a name below a folder, with the folder's query, where a token may stand. */
export function urlWithin(folder: URL, name: string): URL {
  const url = new URL(folder);
  url.pathname += name;
  return url;
}

/** Without what a browser alone goes by: the place on a page, and Hugging Face's pages for what lies below `resolve`. */
function whereFilesAre(place: string): URL {
  const url = httpsUrl(place);
  url.hash = "";
  if (isHub(url)) url.pathname = url.pathname.replace(/^(\/[^/]+\/[^/]+)\/(?:tree|blob)\//u, "$1/resolve/");
  return url;
}

function isHub({ hostname }: URL): boolean {
  return hostname === "huggingface.co";
}
