import { randomBytes } from "node:crypto";
import { MAX_PATH_LENGTH } from "../../policy/endpoint-key.js";
import { UsageError } from "../terminal/io.js";
import { BRACES, encodeLetters } from "./endpoint-key-of.js";

/**
 * The value of each parameter. No document can contain it, so that only parameters match it; and it has no character that a segment may
 * have beside a parameter, so that only parameters that are whole segments do.
 */
const VALUE = [...randomBytes(12)].map((byte) => String.fromCharCode(0x5d0 + (byte % 16))).join("");

/** Number of segments of a catch-all, so many that no path without one is likely to match. */
const MANY = 32;

/**
 * Returns paths that requests of an operation can have: one with one segment for each parameter, and one with many for a catch-all. A
 * parameter such as `{name=projects/*}` has the form after `=`.
 *
 * @throws {@link UsageError} if the path has so many parameters that no policy would accept the request
 */
export function samplesOf(path: string): readonly string[] {
  return [...new Set([sampleOf(path, 1), sampleOf(path, MANY)])];
}

function sampleOf(path: string, count: number): string {
  const many = Array.from({ length: count }, () => VALUE).join("/");
  const [plain = ""] = path
    .replaceAll(BRACES, (text) => {
      const at = text.indexOf("=");
      if (at === -1) return TAKES_MANY.test(text) ? many : VALUE;
      return text.slice(at + 1, -1).replaceAll(/\*+/g, (stars) => (stars === "*" ? VALUE : many));
    })
    .split(/[?#]/);
  const sample = encodeLetters(plain);
  if (path.length <= MAX_PATH_LENGTH && sample.length > MAX_PATH_LENGTH)
    throw new UsageError(
      `the path \`${path.slice(0, 40)}…\` is too long, or has too many parameters`,
    );
  return sample;
}

const TAKES_MANY = /^\{\+|[*+]\}$/;
