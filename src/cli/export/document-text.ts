import { hasInvisible, INVISIBLE } from "../../grammar/shown-text.js";
import { render } from "../terminal/output.js";

/** Returns data as JSON text, with every invisible character as an escape. */
export function jsonText(data: unknown): string {
  return render({ kind: "json", data }, false);
}

/** Returns data as YAML text, with every invisible character as an escape. */
export async function yamlText(data: unknown): Promise<string> {
  // loaded here, because most commands write no YAML
  const { Document, visit } = await import("yaml");
  const document = new Document(data, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_, node) => {
      // only text in double quotes can contain escapes
      if (typeof node.value === "string" && hasInvisible(node.value)) node.type = "QUOTE_DOUBLE";
    },
  });
  return document.toString({ lineWidth: 0 }).replaceAll(EACH_INVISIBLE, (character) => {
    const code = (character.codePointAt(0) as number).toString(16);
    return code.length > 4 ? `\\U${code.padStart(8, "0")}` : `\\u${code.padStart(4, "0")}`;
  });
}

/** In text between double quotes, the library has escaped the controls up to DEL; the line breaks are those of the layout. */
const EACH_INVISIBLE = new RegExp(`(?![\\0-~])${INVISIBLE.source}`, "gu");
