import type { Express } from "express";
import * as core from "scope-policy";
import { policyMatchers } from "scope-policy/testing";
import { adapterSubjects } from "./adapters.js";
import { definition, RESOURCE, TOKENS } from "./definition.js";
import { entryTables, matcherRows } from "./entry-rows.js";
import { authorizerRows, operationRows, policyRows } from "./object-rows.js";
import type { AnyRow } from "./row.js";

/** What a server makes at start-up. */
export interface Scene {
  readonly policy: core.Policy;
  readonly authorizer: core.Authorizer;
  readonly events: core.AuditEvent[];
}

const CLAIMS = new Map<string, unknown>(Object.entries(TOKENS));

/** Returns the claims of the token of a name; throws for `outage`. */
export function verify(rawToken: string): core.AccessToken | undefined {
  if (rawToken === "outage") throw new Error("the keys are out of reach");
  return CLAIMS.get(rawToken) as core.AccessToken | undefined;
}

export function newScene(): Scene {
  const events: core.AuditEvent[] = [];
  const policy = core.loadPolicy(definition);
  const authorizer = core.createAuthorizer({
    policy,
    verify,
    trustClaims: ["tier", "account_type", "first_party"],
    resource: RESOURCE,
    audit: (event) => void events.push(event),
    auditKey: "0123456789abcdef",
    onFault: () => undefined,
  });
  return { policy, authorizer, events };
}

/** One function with its row, to be called as `call(...sample)`. */
export interface Subject {
  readonly title: string;
  readonly row: AnyRow;
  readonly call: (...given: readonly unknown[]) => unknown;
}

/** The functions of an entry, or the methods of an object, that have rows. */
export function subjectsOf(
  owner: string,
  holder: object,
  table: Readonly<Record<string, AnyRow | string>>,
): readonly Subject[] {
  return Object.entries(table).flatMap(([name, row]) => {
    if (typeof row === "string") return [];
    const call = (holder as Record<string, Subject["call"]>)[name] as Subject["call"];
    return [{ title: owner === "" ? name : `${owner}.${name}`, row, call }];
  });
}

/** The functions of every entry, the methods of what they make, and the gates with requests. */
export function allSubjects({ policy, authorizer }: Scene, app: Express): readonly Subject[] {
  const operation = policy.operation("get_profile");
  const entries = Object.values(entryTables(policy, authorizer));
  return [
    ...entries.flatMap(({ holder, rows }) => subjectsOf("", holder, rows)),
    ...subjectsOf("matchers", boundMatchers(policy), matcherRows),
    ...adapterSubjects(authorizer, policy, app),
    ...subjectsOf("policy", policy, policyRows),
    ...subjectsOf("operation", operation, operationRows),
    ...subjectsOf("authorizer", authorizer, authorizerRows(authorizer)),
  ];
}

/** The matchers with the subject that they have in a test. */
function boundMatchers(policy: core.Policy): object {
  return {
    toAllow: (...given: [unknown, unknown]) => policyMatchers.toAllow(policy, ...given),
    toDeny: (...given: [unknown, unknown, unknown]) => policyMatchers.toDeny(policy, ...given),
  };
}
