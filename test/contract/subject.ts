import type { AccessToken } from "../../src/decision/access-token.js";
import type { DecisionCode, DoorDenial } from "../../src/decision/decision.js";
import type { Authorizer } from "../../src/resource-server/authorizer-types.js";
import type { WireRequest, WireResponse } from "./wire.js";

/*
 * The contract suite: one table of cases (cases.ts) over real HTTP and raw sockets, that every adapter passes or is none.
 *
 * An adapter is tested by writing a `Subject` (this file) and calling `describeContract(subject)` (suite.ts) in a test:
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
 *  - `tool`: cases that call a tool by name. The subject says what goes over the wire for it (`toolRequest`): a route of
 *    the tool, or a POST of JSON-RPC `tools/call`. The suite adds the `Authorization` lines of the case.
 *  - `endpoint`: cases with a method and a raw path of the policy's `endpoints`. A host with one path lacks this surface.
 *  - `metadata`: the document of RFC 9728 at its well-known path.
 *
 * A handler does one thing: `world.reach(operation, token, params)`, and then answers with anything that is a success.
 */

/** Which part of the contract. */
export type Surface = "tool" | "endpoint" | "metadata";

/** That a handler ran, and what it saw. */
export interface Visit {
  /** Of which tool or endpoint; endpoints by their name in the policy. */
  readonly operation: string;
  /** The `sub` of the token it was given; `undefined` without a token. */
  readonly sub: string | undefined;
  /** Parameters of the operation as the handler sees them. */
  readonly params: Readonly<Record<string, unknown>>;
}

/** What a subject builds its server around. */
export interface World {
  /** Its `policy.definition` names the tools and endpoints to mount: all of them, patterns as the names of `patternTools`. */
  readonly authorizer: Authorizer;
  /** A concrete name for each pattern of the policy's tools, to be mounted like a tool. */
  readonly patternTools: readonly string[];
  /** To be called by every handler, and by nothing else. */
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

/** A refusal as the client can see it. */
export interface Seen {
  /**
   * The status; `"result"` where the protocol carries the refusal inside a success (a tool result with `isError`), which
   * is good for every code but those of credentials, scope and outages.
   */
  readonly status: number | "result";
  /** The code of the decision; `undefined` where the answer names none (a 404 or 400 of the host itself). */
  readonly code: DecisionCode | DoorDenial["code"] | undefined;
  /** Further members of the problem document: `scope`, `tool`, `endpoint`, `tier`, `param`. */
  readonly problem: Readonly<Record<string, unknown>>;
  /** The one `WWW-Authenticate` field, taken apart; `undefined` where there is none. */
  readonly challenge: Challenge | undefined;
}

/** A `Bearer` challenge: its attributes by name, in order. */
export type Challenge = ReadonlyMap<string, string>;

/** What an adapter implements to be tested. */
export interface Subject {
  readonly name: string;
  /** Surfaces that the host does not have at all, each with the reason; their cases are not run. */
  readonly lacks: Readonly<Partial<Record<Surface, string>>>;
  /** The scope that every 401 without credentials names, where it is not that of the operation. */
  readonly signInScope?: string;
  /** Ids of cases that the adapter cannot do, each with the reason. They are run, and must fail. */
  readonly cannot: Readonly<Record<string, string>>;
  /** Starts a server on 127.0.0.1, port 0. It is started once for a table of cases. */
  start(world: World): Promise<Running>;
  /** The request that calls a tool, without credentials. */
  toolRequest(tool: string, params: Readonly<Record<string, string>>): WireRequest;
  /** Reads a refusal; `readProblem` does it for plain HTTP. Called only when no handler ran. */
  read(response: WireResponse): Seen;
}

/** A refusal of plain HTTP: a problem document (RFC 9457) and a challenge (RFC 6750). */
export function readProblem({ status, headers, body }: WireResponse): Seen {
  const problem = jsonObject(body);
  const fields = headers.get("www-authenticate") ?? [];
  if (fields.length > 1) throw new Error(`two challenges: ${fields.join(" and ")}`);
  const [field] = fields;
  return {
    status,
    code: problem["error"] as Seen["code"],
    problem,
    challenge: field === undefined ? undefined : readChallenge(field),
  };
}

/** An object of JSON text; an empty one for anything else. */
export function jsonObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const ATTRIBUTE = /([a-z_]+)="([\x20\x21\x23-\x5b\x5d-\x7e]*)"(?:, |$)/y;

/** Takes a challenge apart by the grammar of RFC 6750, section 3; throws for anything that is none. */
export function readChallenge(field: string): Challenge {
  const attributes = new Map<string, string>();
  if (!field.startsWith("Bearer ")) throw new Error(`no Bearer challenge: ${field}`);
  ATTRIBUTE.lastIndex = "Bearer ".length;
  while (ATTRIBUTE.lastIndex < field.length) {
    const found = ATTRIBUTE.exec(field);
    const [, name = "", value = ""] = found ?? [];
    if (found === null || attributes.has(name)) throw new Error(`a malformed challenge: ${field}`);
    attributes.set(name, value);
  }
  return attributes;
}

/** An answer in short: the status, and the code of a refusal or else the text. */
export function inShort({ status, body }: WireResponse): string {
  const { error } = jsonObject(body);
  return `${status} ${typeof error === "string" ? error : body}`;
}
