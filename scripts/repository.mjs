// The address of the repository, from the one field `repository` of package.json; `undefined` while it is empty.
import { manifest } from "./entries.mjs";

/**
 * Returns the web address of a repository without a last slash or `.git`, or `undefined` for what is not an https address of one.
 *
 * @param {unknown} field the member `repository` of a package.json: a text, or an object with `url`
 * @returns {string | undefined}
 */
export function addressOf(field) {
  const text = typeof field === "object" && field !== null && "url" in field ? field.url : field;
  if (typeof text !== "string") return undefined;
  const address = text
    .replace(/^github:/, "https://github.com/")
    .replace(/^git\+/, "")
    .replace(/(\.git)?\/*$/, "");
  return /^https:\/\/[^/\s]+\/[^/\s]+\/[^\s]+$/.test(address) ? address : undefined;
}

export const repository = addressOf(manifest.repository);
