import type { Context } from "hono";
import { accepts } from "hono/accepts";
import { getCookie } from "hono/cookie";
import { english, type Texts } from "./texts-en.js";
import { traditionalChinese } from "./texts-zh-hant.js";

/** The languages of the pages by their BCP 47 tags. */
const LANGUAGES = { en: english, "zh-Hant": traditionalChinese } as const satisfies Record<string, Texts>;
export type Language = keyof typeof LANGUAGES;

/** Remembers what somebody chose by the switch. */
export const LANGUAGE_COOKIE = "language";

export const otherLanguage = (language: Language): Language => (language === "en" ? "zh-Hant" : "en");

export const textsOf = (language: Language): Texts => LANGUAGES[language];

export function isLanguage(text: string | undefined): text is Language {
  return text !== undefined && Object.hasOwn(LANGUAGES, text);
}

/** The chosen language, else what the browser asks for, else English. */
export function languageOf(context: Context): Language {
  const chosen = getCookie(context, LANGUAGE_COOKIE);
  if (isLanguage(chosen)) return chosen;
  return accepts(context, {
    header: "Accept-Language",
    supports: Object.keys(LANGUAGES),
    default: "en",
    match: (wanted) => {
      const best = wanted.toSorted((a, b) => b.q - a.q).find(({ type }) => /^(zh|en)\b/iu.test(type));
      return best && /^zh/iu.test(best.type) ? "zh-Hant" : "en";
    },
  }) as Language;
}
