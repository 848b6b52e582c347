import type { Finding } from "scope-policy";
import { element, shorten } from "./dom.js";
import { findingText } from "./finding-text.js";
import type { PolicyPart } from "./parts.js";

/** Maximum number of characters of the message of a finding that the page shows. */
const MAX_MESSAGE = 500;

/** Draws the findings as a list of buttons, each of which leads to its place in the editor. */
export function drawFindings(
  { findings, more }: PolicyPart,
  onChoose: (finding: Finding) => void,
): readonly Node[] {
  if (findings.length === 0) return [];
  const items = findings.map((finding) => {
    const place = finding.path === "" ? "policy" : shorten(finding.path);
    const button = element("button", { type: "button" }, element("code", {}, place));
    button.addEventListener("click", () => onChoose(finding));
    return element("li", {}, button, ` ${findingText(finding).slice(0, MAX_MESSAGE)}`);
  });
  const rest = more === 0 ? [] : [element("li", {}, `and ${more} more`)];
  return [element("ul", {}, ...items, ...rest)];
}
