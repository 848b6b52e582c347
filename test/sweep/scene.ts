import type { Express } from "express";
import * as core from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { policyMatchers } from "scope-policy/testing";
import { adapterSubjects } from "./adapters.js";
import { definition, RESOURCE, TOKENS } from "./definition.js";
import { entryTables, matcherRows } from "./entry-rows.js";
import { authorizerRows, operationRows, policyRows } from "./object-rows.js";
import type { AnyRow } from "./row.js";

/** Objects that a server creates at startup. */
export interface Scene {
  readonly policy: core.Policy;
  readonly authorizer: core.Authorizer;
  readonly events: AuditEvent[];
}

const CLAIMS = new Map<string, unknown>(Object.entries(TOKENS));

/** Returns the claims of the token with a name. Throws for `outage`. */
function verify(rawToken: string): core.AccessToken | undefined {
  if (rawToken === "outage") throw new Error("the keys are unavailable");
  return CLAIMS.get(rawToken) as core.AccessToken | undefined;
}

/** Creates the policy and the authorizer of a server that records its audit events. */
export function createScene(): Scene {
  const events: AuditEvent[] = [];
  const policy = core.loadPolicy(definition);
  const authorizer = core.createAuthorizer({
    policy,
    verify,
    trustClaims: ["tier", "account_type", "first_party"],
    resource: RESOURCE,
    // the second event of a call comes later, at no fixed place
    audit: (event) => void (!Object.hasOwn(event, "kind") && events.push(event)),
    auditKey: "0123456789abcdef",
    onOutage: () => undefined,
  });
  return { policy, authorizer, events };
}

/** A function with its row. Tests call it as `call(...sample)`. */
export interface Subject {
  readonly title: string;
  readonly row: AnyRow;
  readonly call: (...given: readonly unknown[]) => unknown;
}

/** Returns the functions of an entry, or the methods of an object, that have rows. */
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

/** Returns the functions of every entry, the methods of their results, and the gates with requests. */
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

/** Returns the matchers, each bound to the policy as its subject. */
function boundMatchers(policy: core.Policy): object {
  return {
    toAllow: (...given: [unknown, unknown]) => policyMatchers.toAllow(policy, ...given),
    toDeny: (...given: [unknown, unknown, unknown]) => policyMatchers.toDeny(policy, ...given),
  };
}
