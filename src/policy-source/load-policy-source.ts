import { PolicyError } from "../errors.js";
import { fetchPolicyText } from "./fetch-text.js";
import { followSource, type PolicySource, type ReadSource } from "./follow-source.js";
import { readPolicyFile } from "./read-file.js";
import { parsePolicy } from "./review-policy.js";
import {
  checkSourceOptions,
  type Place,
  type PolicySourceOptions,
  readPlace,
} from "./source-options.js";
import type { PolicyFault, SourceRead } from "./source-result.js";

/**
 * Loads a policy from a JSON file or a URL, and reads it again at an interval. A new policy goes to `onPolicy` and is then the
 * `policy` of the source.
 *
 * Whatever is wrong with a later read, the last good policy stays, and `onFault` gets the reason with every finding: a missing or
 * unreadable file, a server without a response, an invalid policy, a policy of another name. An older `version` is refused, and so is
 * other content under the same version, since audit events and receipts name the version only. Versions are compared by their
 * numbers: `9` is before `10`, `1.9` before `1.10`, `2026-11-22` before `2026-11-22.1`. For versions that differ in other text, such
 * as `1.0-rc.1` and `1.0`, or hashes, give `compareVersions`. To go back to an older content, give it a new version.
 *
 * A file is read whole each time, so that a file that an editor replaces and a symbolic link that Kubernetes switches are found. A
 * URL is `https`, or `http` with a loopback host; it is asked with `If-None-Match`, and redirects are not followed. The timer does
 * not keep the process alive. The source trusts the file or the server: whoever writes there decides who may call what. It keeps
 * the newest version in the memory of the process only, so after a restart it takes what it finds.
 *
 * @param source - path of a JSON file, or a URL
 * @throws {@link index!PolicyError} The promise rejects with `ERR_OPTIONS_INVALID` for invalid options and for a source that is neither
 * a path nor such a URL, and, if the first read fails, with `ERR_POLICY_INVALID` and every finding of the policy or with
 * `ERR_POLICY_SOURCE`
 *
 * @example
 * ```ts
 * import { createAuthorizer } from "scope-policy";
 * import { loadPolicySource } from "scope-policy/policy-source";
 *
 * export async function createApi(file: string) {
 *   const source = await loadPolicySource(file, { onPolicy: (policy) => authorizer.replacePolicy(policy) });
 *   const authorizer = createAuthorizer({
 *     policy: source.policy,
 *     verify: (rawToken) => (rawToken === "demo" ? { scope: "orders:read" } : undefined),
 *   });
 *   return { authorizer, close: () => source.close() };
 * }
 * ```
 */
export async function loadPolicySource(
  source: string | URL,
  options: PolicySourceOptions = {},
): Promise<PolicySource> {
  const checked = checkSourceOptions(options);
  const place = readPlace(source);
  const read = createReader(place, checked);
  const first = await read(undefined);
  if (first.kind === "fault") throw firstFault(first.fault);
  const { text, mark } = first as Extract<SourceRead, { kind: "text" }>;
  const parsed = parsePolicy(text, checked);
  if (parsed.kind === "fault") throw firstFault(parsed.fault);
  return followSource(parsed.policy, { text, mark }, { place, read, options: checked });
}

const DEFAULT_TIMEOUT = 5_000;
const DEFAULT_MAX_BYTES = 4_194_304;

/** Returns the function that reads a source. Without the mark of an earlier read it never returns `unchanged`. */
function createReader(place: Place, options: PolicySourceOptions): ReadSource {
  const { timeout = DEFAULT_TIMEOUT, maxBytes = DEFAULT_MAX_BYTES } = options;
  if (place.kind === "file") return () => readPolicyFile(place.path, maxBytes);
  const { fetch = globalThis.fetch } = options;
  const request = { url: place.url, fetch, timeout, maxBytes };
  return (mark) => fetchPolicyText(request, mark);
}

function firstFault({ code, message, findings }: PolicyFault): PolicyError {
  const isInvalid = code === "invalid" && findings.length > 0;
  return new PolicyError(isInvalid ? "ERR_POLICY_INVALID" : "ERR_POLICY_SOURCE", message, findings);
}
