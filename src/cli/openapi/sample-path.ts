import { randomBytes } from "node:crypto";
import { MAX_PATH_LENGTH } from "../../policy/endpoint-key.js";
import { UsageError } from "../terminal/io.js";
import { BRACES, encodeLetters } from "./endpoint-key-of.js";

/**
 * The value of each parameter. No document can contain it, so that only parameters match it; and it has no character that a segment may
 * have beside a parameter, so that only parameters that are whole segments do.
 */
const VALUE = [...randomBytes(12)].map((byte) => String.fromCharCode(0x5d0 + (byte % 16))).join("");

/**
 * Returns a path that a request of an operation can have. A parameter such as `{name=projects/*}` has the form after `=`.
 *
 * @throws {@link UsageError} if the path has so many parameters that no policy would accept the request
 */
export function sampleOf(path: string): string {
  const [plain = ""] = path
    .replaceAll(BRACES, (text) => {
      const at = text.indexOf("=");
      const form = at === -1 ? "*" : text.slice(at + 1, -1);
      return form.replaceAll(/\*+/g, VALUE);
    })
    .split(/[?#]/);
  const sample = encodeLetters(plain);
  if (path.length <= MAX_PATH_LENGTH && sample.length > MAX_PATH_LENGTH)
    throw new UsageError(
      `the path \`${path.slice(0, 40)}…\` is too long, or has too many parameters`,
    );
  return sample;
}
