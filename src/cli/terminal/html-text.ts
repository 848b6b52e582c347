import { escapeHtml } from "../../consent/escape-html.js";
import { prose } from "./visible.js";

/** Markup that is safe to insert into a page unchanged. Only {@link html} creates it. */
export interface Html {
  readonly markup: string;
}

type Part = string | number | Html | undefined | readonly Part[];

/** Returns the markup of a template. Values become visible, escaped text; {@link Html} values stay unchanged; lists are joined. */
export function html(texts: TemplateStringsArray, ...values: readonly Part[]): Html {
  return { markup: texts.map((text, index) => text + markupOf(values[index])).join("") };
}

function markupOf(part: Part): string {
  if (part === undefined) return "";
  if (typeof part === "string" || typeof part === "number") return escapeHtml(prose(String(part)));
  return "markup" in part ? part.markup : part.map(markupOf).join("");
}
