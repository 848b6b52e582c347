import type { AccessToken } from "../../src/decision/access-token.js";
import type { CredentialDenial, DecisionCode } from "../../src/decision/decision.js";
import type { Authorizer } from "../../src/resource-server/authorizer-types.js";
import type { WireRequest, WireResponse } from "./wire.js";

/*
 * The contract suite: one table of cases (cases.ts) over real HTTP and raw sockets. Every adapter must pass it.
 *
 * To test an adapter, write a `Subject` (this file) and call `describeContract(subject)` (suite.ts) in a test:
 *
 *   describeContract({
 *     name: "Express 5",
 *     lacks: {},
 *     cannot: {},
 *     start: async (world) => { ...listen on 127.0.0.1, port 0...; return { port, close } },
 *     toolRequest: (tool, params) => ({ method: "POST", path: `/tools/${tool}`, body: "{}" }),
 *     read: (response) => readProblem(response),
 *   });
 *
 * Three surfaces:
 *  - `tool`: cases that call a tool by name. The subject returns the request (`toolRequest`): a route of the tool, or a POST
 *    of JSON-RPC `tools/call`. The suite adds the `Authorization` headers of the case.
 *  - `endpoint`: cases with a method and a raw path of the policy's `endpoints`. A server with one path lacks this surface.
 *  - `metadata`: the document of RFC 9728 at its well-known path.
 *
 * A handler calls `world.reach(operation, token, params)` and then responds with any success.
 */

/** Part of the contract. */
export type Surface = "tool" | "endpoint" | "metadata";

/** A run of a handler. */
export interface HandlerRun {
  /** Tool or endpoint of the handler, by its name in the policy. */
  readonly operation: string;
  /** `sub` of the token that the handler got; `undefined` without a token. */
  readonly sub: string | undefined;
  /** Parameters of the operation that the handler got. */
  readonly params: Readonly<Record<string, unknown>>;
}

/** Environment of a subject's server. */
export interface World {
  /** Authorizer with the policy. The subject mounts every tool and endpoint of `policy.definition`, and `patternTools` for patterns. */
  readonly authorizer: Authorizer;
  /** Concrete name for each pattern of the policy's tools, to mount like a tool. */
  readonly patternTools: readonly string[];
  /** Records a run of a handler. Only handlers call it. */
  reach(
    operation: string,
    token: AccessToken | undefined,
    params?: Readonly<Record<string, unknown>>,
  ): void;
}

export interface Running {
  readonly port: number;
  close(): Promise<void>;
}

/** A denial as the caller sees it. */
export interface ObservedDenial {
  /**
   * HTTP status; `"result"` if the protocol carries the denial inside a success (a tool result with `isError`). That is valid
   * for every code except those of credentials, scope and outages.
   */
  readonly status: number | "result";
  /** Code of the decision; `undefined` if the response has none (a 404 or 400 of the framework itself). */
  readonly code: DecisionCode | CredentialDenial["code"] | undefined;
  /** Further members of the problem document: `scope`, `tool`, `endpoint`, `tier`, `param`. */
  readonly problem: Readonly<Record<string, unknown>>;
  /** Parsed `WWW-Authenticate` header; `undefined` without one. */
  readonly challenge: Challenge | undefined;
}

/** Attributes of a `Bearer` challenge by name, in order. */
export type Challenge = ReadonlyMap<string, string>;

/** An adapter under test. */
export interface Subject {
  readonly name: string;
  /** Surfaces that the adapter does not have, each with the reason. Their cases do not run. */
  readonly lacks: Readonly<Partial<Record<Surface, string>>>;
  /** Scope in every 401 without credentials, if it is not the scope of the operation. */
  readonly signInScope?: string;
  /** Ids of cases that the adapter cannot pass, each with the reason. They run, and must fail. */
  readonly cannot: Readonly<Record<string, string>>;
  /** Starts a server on 127.0.0.1, port 0. The suite calls it once for a table of cases. */
  start(world: World): Promise<Running>;
  /** Returns the request that calls a tool, without credentials. */
  toolRequest(tool: string, params: Readonly<Record<string, string>>): WireRequest;
  /** Reads a denial; `readProblem` does so for plain HTTP. The suite calls it only if no handler ran. */
  read(response: WireResponse): ObservedDenial;
}

/** Reads a denial of plain HTTP: a problem document (RFC 9457) and a challenge (RFC 6750). */
export function readProblem({ status, headers, body }: WireResponse): ObservedDenial {
  const problem = jsonObject(body);
  const fields = headers.get("www-authenticate") ?? [];
  if (fields.length > 1) throw new Error(`two challenges: ${fields.join(" and ")}`);
  const [field] = fields;
  return {
    status,
    code: problem["error"] as ObservedDenial["code"],
    problem,
    challenge: field === undefined ? undefined : readChallenge(field),
  };
}

/** Parses a JSON object. Returns an empty one for every other text. */
export function jsonObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const ATTRIBUTE = /([a-z_]+)="([\x20\x21\x23-\x5b\x5d-\x7e]*)"(?:, |$)/y;

/** Parses a challenge by the grammar of RFC 6750, section 3. Throws for every other text. */
export function readChallenge(field: string): Challenge {
  const attributes = new Map<string, string>();
  if (!field.startsWith("Bearer ")) throw new Error(`not a Bearer challenge: ${field}`);
  ATTRIBUTE.lastIndex = "Bearer ".length;
  while (ATTRIBUTE.lastIndex < field.length) {
    const found = ATTRIBUTE.exec(field);
    const [, name = "", value = ""] = found ?? [];
    if (found === null || attributes.has(name)) throw new Error(`malformed challenge: ${field}`);
    attributes.set(name, value);
  }
  return attributes;
}

/** Returns the status and the code of a denial, or the status and the text of another response. */
export function summaryOf({ status, body }: WireResponse): string {
  const { error } = jsonObject(body);
  return `${status} ${typeof error === "string" ? error : body}`;
}
