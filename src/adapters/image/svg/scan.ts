import sax, { type SAXParser } from "sax";
import { type Reference, referencesOf } from "./references.js";
import { FOREIGN_STYLE, mayMeet, type Rule, readStyleSheet, type Styled } from "./style-sheet.js";

/** An element of a drawing, as far as it tells how much is to be drawn. */
export interface Element extends Styled {
  /** Without prefix. */
  readonly name: string;
  readonly children: Element[];
  references: readonly Reference[];
  /** Numbers of its path or points, halved. */
  readonly vertices: number;
}

/** What an SVG file holds. */
export interface Drawing {
  readonly root: Element;
  readonly all: readonly Element[];
  readonly byId: ReadonlyMap<string, Element>;
  /** Pictures inside, as data URLs. */
  readonly embedded: readonly string[];
  /** Those that refer to something. */
  readonly rules: readonly Rule[];
  readonly ruleCount: number;
}

const BASE64 = /(href\s*=\s*["'])(data:image\/[a-z]+;base64,)([\w+/=\s&#;]*)/giu;
/** As drawing programs write those within a picture. */
const LINE_BREAK = /&#(?:0*(?:9|10|13)|x0*[9ad]);/giu;
const CUT = "data:";

/** Encodings in which the characters of markup are the bytes of ASCII, so that every reader finds the same markup. */
const ASCII_COMPATIBLE = /^(?:utf-?8|us-ascii|ascii|iso-8859-\d+|windows-125\d|latin1)$/iu;

// The library's own bound of 64 KB is for streams; a file's size was looked at before.
(sax as { MAX_BUFFER_LENGTH?: number }).MAX_BUFFER_LENGTH = Number.POSITIVE_INFINITY;

/**
 * Reads the XML of an SVG file from its beginning to its end, without drawing anything.
 *
 * @param most elements, in all and inside one another, after which it is given up.
 * @throws Error with a sentence's second half when it is no XML, or holds what is never drawn here.
 */
export function scanSvg(
  bytes: Uint8Array,
  most: { readonly elements: number; readonly depth: number },
): Drawing | "too many elements" | "too deep" {
  const embedded: string[] = [];
  // Most of a large file, and no markup: the parser need not see it.
  const text = decode(bytes).replaceAll(BASE64, (written, start: string, type: string, broken: string) => {
    const base64 = broken.replaceAll(LINE_BREAK, "");
    if (/[&#;]/u.test(base64)) return written;
    embedded.push(type + base64);
    return start + CUT;
  });
  const parser = sax.parser(true, { position: true });
  const open: Element[] = [];
  const byId = new Map<string, Element>();
  const all: Element[] = [];
  let root: Element | null = null;
  let css = "";

  parser.onerror = (error) => {
    throw new Error(error.message.split("\n")[0]);
  };
  parser.ondoctype = (doctype) => declareEntities(parser, doctype);
  parser.onprocessinginstruction = ({ name, body }) => {
    // References to characters may spell anything.
    if (name === "xml-stylesheet" && /data:|&/iu.test(body)) throw new Error(FOREIGN_STYLE);
  };
  parser.onopentag = (tag) => {
    const written = Object.entries(tag.attributes as Record<string, string>);
    const links = written.filter(([key]) => local(key) === "href");
    // With a prefix it is another attribute, but that a link may have one where none is without.
    const attributes = new Map(written.filter(([key]) => !key.includes(":")));
    const prefixed = attributes.has("href") ? [] : links.map(([, value]) => ["href", value] as const);
    const name = local(tag.name);
    const element: Element = {
      name,
      id: attributes.get("id"),
      parent: open.at(-1) ?? null,
      children: [],
      references: referencesOf(name, [...attributes, ...prefixed]),
      classes: (attributes.get("class") ?? "").split(/\s+/u).filter(Boolean),
      vertices: verticesOf(attributes.get("d") ?? attributes.get("points") ?? ""),
    };
    for (const [, value] of links) {
      const url = value.trim();
      if (/^data:/iu.test(url) && url !== CUT) embedded.push(url);
    }
    if (element.id !== undefined && !byId.has(element.id)) byId.set(element.id, element);
    all.push(element);
    if (all.length > most.elements) throw TOO_MANY;
    if (open.length >= most.depth) throw TOO_DEEP;
    root ??= element;
    open.at(-1)?.children.push(element);
    open.push(element);
  };
  parser.onclosetag = () => void open.pop();
  const addStyle = (part: string) => {
    if (open.at(-1)?.name === "style") css += part;
  };
  parser.ontext = addStyle;
  parser.oncdata = addStyle;
  try {
    parser.write(text).close();
  } catch (error) {
    if (error === TOO_MANY) return "too many elements";
    if (error === TOO_DEEP) return "too deep";
    throw error;
  }
  if (!root) throw new Error("It has no element");
  const { rules, count } = readStyleSheet(css);
  return { root, all, byId, embedded, rules, ruleCount: count };
}

/** Adds to every element what the rules that may be for it refer to. */
export function applyRules({ all, rules }: Drawing): void {
  for (const element of all) {
    const met = rules.filter((rule) => mayMeet(rule, element));
    if (met.length > 0)
      element.references = [...element.references, ...met.flatMap(({ references }) => references)];
  }
}

const TOO_MANY = new Error("Too many elements");
const TOO_DEEP = new Error("Too deep");

function decode(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(200, bytes.length)).toString("latin1");
  const encoding =
    /^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?\bencoding\s*=\s*["']([^"']*)["']/u.exec(head)?.[1] ?? "utf-8";
  if (!ASCII_COMPATIBLE.test(encoding)) {
    throw new Error(`It is encoded as ${encoding.slice(0, 40)}, and UTF-8 is expected`);
  }
  return new TextDecoder(/^utf/iu.test(encoding) ? "utf-8" : "latin1").decode(bytes);
}

/** Drawing programs declare namespaces as entities. Others would be markup that nobody has looked at, or grow without bound. */
function declareEntities(parser: SAXParser, doctype: string): void {
  const entities = (parser as SAXParser & { ENTITIES: Record<string, string> }).ENTITIES;
  const declarations = doctype.replaceAll(/<!--[\s\S]*?-->/gu, "");
  for (const [, rest] of declarations.matchAll(/<!ENTITY\s([^>]*)/gu)) {
    const [, name, value] = /^\s*([\w.-]+)\s+(?:"([^"<&%]*)"|'[^'<&%]*')\s*$/u.exec(rest!) ?? [];
    if (name === undefined) {
      throw new Error("It declares an entity that is more than plain text");
    }
    entities[name] = value ?? /'([^']*)'/u.exec(rest!)![1]!;
  }
}

function local(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

function verticesOf(path: string): number {
  let numbers = 0;
  for (const _ of path.matchAll(/-?\d*\.?\d+/gu)) numbers += 1;
  return Math.ceil(numbers / 2);
}
