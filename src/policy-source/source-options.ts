import type { Policy, PolicyOptions } from "../decision/define-policy.js";
import { PolicyError } from "../errors.js";
import { isSecure, urlParts } from "../grammar/url.js";
import {
  checkOptions,
  isBoolean,
  isFunction,
  optional,
  positive,
} from "../policy/option-checks.js";
import type { Fetch } from "../verify/fetch-json.js";
import type { PolicyChange } from "./describe-change.js";
import type { PolicyFault } from "./source-result.js";

/** Options of {@link loadPolicySource}. */
export interface PolicySourceOptions {
  /**
   * Called, and awaited, with each new policy before it is in force, to give it to `replacePolicy` of each authorizer. If it throws, the source
   * keeps its policy, reports the fault, and tries again at the next read.
   */
  readonly onPolicy?: (policy: Policy) => unknown;
  /** Called with what a change does, after `onPolicy`. Default: a line on the console with the changed operations. */
  readonly onDiff?: (change: PolicyChange) => void;
  /**
   * Whether to compare the policies after a change: that takes milliseconds to seconds of the process, by the size of the policy,
   * and loads `scope-policy/analysis`. Default: `true`.
   */
  readonly diff?: boolean;
  /** Called once for each fault, and again after another one or after a success. Default: a line on the console. */
  readonly onFault?: (fault: PolicyFault) => void;
  /** Milliseconds from the end of a read to the next one. Default: `2000` for a file, `30000` for a URL. */
  readonly interval?: number;
  /** Timeout of a request and its response together, in milliseconds. Default: `5000`. */
  readonly timeout?: number;
  /** Maximum number of bytes of the policy. Default: 4 MiB. */
  readonly maxBytes?: number;
  /**
   * Returns the order of two versions: negative if the first is older than the second. Any result but a number means that they cannot
   * be compared. Default: by the numbers in them; see {@link loadPolicySource}.
   */
  readonly compareVersions?: (one: string, other: string) => number | undefined;
  /** Function to use instead of the `fetch` of the runtime: for credentials, for a proxy, for tests. */
  readonly fetch?: Fetch;
  /** The clock of the policies; see `loadPolicy`. */
  readonly now?: NonNullable<PolicyOptions["now"]>;
}

const MAX_INTERVAL = 86_400_000;
const MAX_TIMEOUT = 600_000;
const MAX_BYTES = 2 ** 30;

const CHECKS = {
  onPolicy: optional(isFunction),
  onDiff: optional(isFunction),
  diff: optional(isBoolean),
  onFault: optional(isFunction),
  interval: optional(positive(MAX_INTERVAL)),
  timeout: optional(positive(MAX_TIMEOUT)),
  maxBytes: optional(positive(MAX_BYTES)),
  compareVersions: optional(isFunction),
  fetch: optional(isFunction),
  now: optional(isFunction),
} satisfies Record<keyof PolicySourceOptions, unknown>;

/** Where a policy is. */
export type Place =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "url"; readonly url: string };

/** Checks the options of a source. */
export function checkSourceOptions(options: PolicySourceOptions): PolicySourceOptions {
  return checkOptions("the policy source", options, CHECKS);
}

const SCHEME = /^[a-z][a-z\d+.-]+:\/\//i;

/**
 * Reads where a policy is: a URL, or the path of a file.
 *
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID`
 */
export function readPlace(source: unknown): Place {
  const text = source instanceof URL ? source.href : source;
  if (typeof text !== "string" || text === "" || text.includes("\0")) {
    throw invalidSource("expected the path of a file or a URL");
  }
  if (!SCHEME.test(text)) return { kind: "file", path: text };
  const url = urlParts(text);
  if (url === undefined) throw invalidSource("invalid URL");
  if (url.username !== "" || url.password !== "") {
    throw invalidSource("expected a URL without credentials; give `fetch`, which adds them");
  }
  if (url.hash !== "") throw invalidSource("expected a URL without a fragment");
  if (!isSecure(url)) {
    throw invalidSource(
      "expected `https`, or `http` with a loopback host; give a file as its path",
    );
  }
  return { kind: "url", url: text };
}

function invalidSource(message: string): PolicyError {
  const findings = [{ code: "option", path: "source", message }];
  return new PolicyError("ERR_OPTIONS_INVALID", `invalid policy source: ${message}`, findings);
}
