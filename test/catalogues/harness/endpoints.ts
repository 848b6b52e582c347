// The key of an endpoint in a policy for a path of a catalogue, and a request that it serves.
import { HEAD, isLoaded, type Load, tryLoad } from "./engine.js";
import type { RuleId } from "./rules.js";

const HTTP_METHOD = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/;

/** Returns whether an operation is a request of HTTP. */
export function isHttp(method: string | undefined, path: string | undefined): boolean {
  return HTTP_METHOD.test(method ?? "") && path?.startsWith("/") === true;
}

interface Respelling {
  readonly rule: RuleId;
  readonly respell: (path: string) => string;
}

/** Tried in this order, each on the result of those before it, until the library accepts the path. */
const RESPELLINGS: readonly Respelling[] = [
  { rule: "query", respell: (path) => path.replace(/\?.*$/s, "") },
  { rule: "trailing-slash", respell: (path) => path.replace(/(?<=[^/])\/+$/, "") },
  { rule: "resource-pattern", respell: expandPatterns },
  { rule: "star-segment", respell: nameStars },
  { rule: "parameter-name", respell: renameParameters },
];

/** `{name=projects/*}` (the syntax of google.api.http) and `{+name}` (RFC 6570, section 3.2.3). */
function expandPatterns(path: string): string {
  return path
    .replaceAll(/\{(\w+)=([^{}]*)\}/g, (_, name: string, pattern: string) => {
      let count = 0;
      return pattern.replaceAll(/\*\*?/g, (star) => {
        count += 1;
        return `{${name}${count === 1 ? "" : count}${star === "**" ? "*" : ""}}`;
      });
    })
    .replaceAll(/\{\+(\w+)\}/g, "{$1*}");
}

function nameStars(path: string): string {
  let count = 0;
  return path.replace(/\/\*\*$/, "/{rest*}").replaceAll(/\/\*(?=\/|$)/g, () => {
    count += 1;
    return `/{any${count}}`;
  });
}

function renameParameters(path: string): string {
  return path.replaceAll(/\{([^{}/*]+)(\*?)\}/g, (_, name: string, star: string) => {
    const word = name.replaceAll(/[^A-Za-z0-9_]/g, "_");
    return `{${/^[0-9]/.test(word) ? "_" : ""}${word}${star}}`;
  });
}

/** A path that the library accepts with the rules that it took, or why it accepts none. */
export type Spelling =
  | { readonly path: string; readonly rules: readonly RuleId[] }
  | { readonly reason: string };

export function spellEndpoint(load: Load, method: string, path: string): Spelling {
  let current = path;
  let reason = reasonAgainst(load, method, current);
  const rules: RuleId[] = [];
  for (const { rule, respell } of RESPELLINGS) {
    if (reason === undefined) break;
    const next = respell(current);
    if (next === current) continue;
    current = next;
    rules.push(rule);
    reason = reasonAgainst(load, method, current);
  }
  return reason === undefined ? { path: current, rules } : { reason };
}

function reasonAgainst(load: Load, method: string, path: string): string | undefined {
  // a HEAD is an endpoint beside its GET only
  const methods = method === "HEAD" ? ["GET", "HEAD"] : [method];
  const endpoints = Object.fromEntries(
    methods.map((name) => [`${name} ${path}`, { authenticated: true }]),
  );
  const result = tryLoad(load, { ...HEAD, scopes: {}, endpoints });
  return isLoaded(result) ? undefined : (result[0]?.reason ?? "rejected");
}

const PARAMETER = /\{([A-Za-z_]\w*)(\*?)\}|(?<=\/):([A-Za-z_]\w*)/g;

/** Returns the names of the parameters in a path. */
export function parametersOf(path: string): readonly string[] {
  return [...path.matchAll(PARAMETER)].map(([, braced, , plain]) => braced ?? plain ?? "");
}

/** Returns the path of a request to an endpoint. A catch-all gets two segments. */
export function fillPath(path: string, valueFor: (name: string) => string): string {
  return path.replaceAll(PARAMETER, (_, braced?: string, star?: string, plain?: string) => {
    const value = valueFor(braced ?? plain ?? "");
    return star === "*" ? `${value}/${value}` : value;
  });
}
