import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ContractCase, Expected } from "./case.js";
import { CONTRACT } from "./cases.js";
import { jsonObject, type ObservedDenial, type Running, type Subject } from "./subject.js";
import { send, type WireRequest, type WireResponse } from "./wire.js";
import { createWorld, type TestWorld } from "./world.js";

/** Runs every case of the contract against an adapter. */
export function describeContract(subject: Subject): void {
  describeCases(`the contract over ${subject.name}`, subject, CONTRACT, createWorld);
}

/** Runs a table of cases against an adapter, in a new world. */
export function describeCases(
  title: string,
  subject: Subject,
  cases: readonly ContractCase[],
  makeWorld: () => TestWorld,
): void {
  describe(title, () => {
    const world = makeWorld();
    let running: Running;
    beforeAll(async () => {
      running = await subject.start(world);
    });
    afterAll(() => running.close());

    for (const [surface, reason] of Object.entries(subject.lacks)) {
      it(`lacks the surface \`${surface}\`: ${reason}`, () => {
        expect(cases.map((row) => row.surface)).toContain(surface);
      });
    }
    for (const row of cases) {
      if (Object.hasOwn(subject.lacks, row.surface)) continue;
      const reason = Object.hasOwn(subject.cannot, row.id) ? subject.cannot[row.id] : undefined;
      if (reason === undefined) {
        it(`${row.id}: ${row.title}`, async () => {
          expect(await faultsOf(row, subject, running.port, world)).toEqual([]);
        });
      } else {
        it(`does not pass ${row.id} (${reason}): ${row.title}`, async () => {
          const faults = await faultsOf(row, subject, running.port, world);
          expect(faults, "the case passes: remove it from `cannot`").not.toEqual([]);
          // a case that fails must never allow a request, except for a token with the permission
          const mayRun = "reached" in row.expect || row.isEntitled === true;
          if (!mayRun) expect(faults.join()).not.toContain("handler ran");
        });
      }
    }
  });
}

/** Returns the ids in `cannot` that no case of the contract has. */
export function unknownIds(subject: Subject): readonly string[] {
  const known = new Set(CONTRACT.map(({ id }) => id));
  return Object.keys(subject.cannot).filter((id) => !known.has(id));
}

async function faultsOf(
  row: ContractCase,
  subject: Subject,
  port: number,
  world: TestWorld,
): Promise<readonly string[]> {
  world.takeVisits();
  world.setOutage(row.outage);
  try {
    const response = await send(port, requestOf(row, subject));
    return compare(row.expect, response, subject, world);
  } finally {
    world.setOutage(undefined);
  }
}

function requestOf({ request, authorization }: ContractCase, subject: Subject): WireRequest {
  const wire =
    "tool" in request ? subject.toolRequest(request.tool, request.params ?? {}) : request;
  const body = request.body ?? wire.body;
  return {
    method: wire.method,
    path: wire.path,
    headers: [
      ...("tool" in request ? (wire.headers ?? []) : []),
      ...(request.headers ?? []),
      ...authorization.map((value) => `Authorization: ${value}`),
    ],
    ...(body !== undefined && { body }),
  };
}

function compare(
  expected: Expected,
  response: WireResponse,
  subject: Subject,
  world: TestWorld,
): readonly string[] {
  const visits = world.takeVisits();
  if ("reached" in expected) {
    const faults = difference("visits", visits, [expected.reached]);
    const isSuccess = response.status >= 200 && response.status < 300;
    return isSuccess ? faults : [...faults, `status ${response.status}: ${response.body}`];
  }
  const ran = visits.map(({ operation }) => `the handler ran: ${operation}`);
  if ("refused" in expected) {
    const isRefusal = expected.refused.includes(response.status);
    return isRefusal ? ran : [...ran, `status ${response.status}`];
  }
  if ("answered" in expected) {
    const headers = Object.keys(expected.headers).map((name) => [name, headerOf(response, name)]);
    return [
      ...ran,
      ...difference("status", response.status, expected.answered),
      ...difference("headers", Object.fromEntries(headers), expected.headers),
      ...("text" in expected ? difference("body", response.body, expected.text) : []),
      ...("json" in expected ? difference("json", jsonObject(response.body), expected.json) : []),
    ];
  }
  const seen = subject.read(response);
  return [
    ...ran,
    ...(carriedInResult(seen, expected) ? [] : difference("status", seen.status, expected.status)),
    ...difference("code", seen.code, expected.code),
    ...differenceOfMembers(seen.problem, expected.problem ?? {}),
    ...(seen.status === "result"
      ? []
      : differenceOfChallenge(seen, challengeOf(expected, subject))),
    ...(seen.status === "result" || seen.code === undefined ? [] : differenceOfProblem(response)),
    ...(expected.retryAfter === undefined
      ? []
      : difference("retry-after", response.headers.get("retry-after"), [expected.retryAfter])),
  ];
}

const HTTP_ONLY: readonly ObservedDenial["code"][] = [
  "unauthenticated",
  "invalid_token",
  "invalid_request",
  "insufficient_scope",
  "temporarily_unavailable",
];

function carriedInResult(
  { status, code }: ObservedDenial,
  expected: { readonly code: ObservedDenial["code"] },
) {
  return status === "result" && code === expected.code && !HTTP_ONLY.includes(code);
}

/** Compares the headers of a problem document (RFC 9457, section 3), which no cache stores. */
function differenceOfProblem(response: WireResponse): readonly string[] {
  return [
    ...difference("type", headerOf(response, "content-type"), "application/problem+json"),
    ...difference("cache", headerOf(response, "cache-control"), "no-store"),
  ];
}

/** Returns the values of a header, joined by commas. */
function headerOf(response: WireResponse, name: string): string | undefined {
  const text = response.headers.get(name)?.join(", ");
  // a framework may add the charset that JSON has by default
  return text?.replace(/; charset=utf-8$/, "");
}

/** Returns the challenge that a subject must send. A 401 without credentials may name a scope of the whole server. */
function challengeOf(
  { code, challenge }: Extract<Expected, { readonly code: unknown }>,
  { signInScope }: Subject,
): Readonly<Record<string, string>> | null {
  const isOfServer = code === "unauthenticated" && signInScope !== undefined;
  return isOfServer ? { ...challenge, scope: signInScope } : challenge;
}

function differenceOfChallenge(
  { challenge }: ObservedDenial,
  expected: Readonly<Record<string, string>> | null,
): readonly string[] {
  const seen = challenge === undefined ? null : Object.fromEntries(challenge);
  return difference("challenge", seen, expected);
}

function differenceOfMembers(
  seen: Readonly<Record<string, unknown>>,
  expected: Readonly<Record<string, unknown>>,
): readonly string[] {
  return Object.entries(expected).flatMap(([name, value]) => difference(name, seen[name], value));
}

function difference(what: string, seen: unknown, expected: unknown): readonly string[] {
  const [a, b] = [sortedJson(seen), sortedJson(expected)];
  return a === b ? [] : [`${what}: ${a}, expected ${b}`];
}

/** Returns JSON with the members of objects in the order of their names. */
function sortedJson(value: unknown): string {
  return String(
    JSON.stringify(value, (_, member: unknown) =>
      typeof member === "object" && member !== null && !Array.isArray(member)
        ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
        : member,
    ),
  );
}
