import { type AccessToken, readOwn } from "../decision/access-token.js";
import type { Allowed, Denial, DoorDenial } from "../decision/decision.js";
import type { CompiledPolicy } from "../policy/compiled.js";
import { host } from "../policy/host.js";
import { newArgumentWriter } from "./audit-arguments.js";
import { findOwn } from "./audit-copy.js";
import { newDigester } from "./audit-digest.js";
import type { AuditDecision, AuditEvent } from "./audit-event.js";
import { isSecretName, secretNames } from "./audit-names.js";
import { type AuditedOperation, newOperationLookup } from "./audit-requirement.js";
import { REDACTED } from "./audit-shapes.js";
import { cleanIdentifier, cleanText, redactCredentials, redactName } from "./audit-text.js";

/** A call and its decision, as input of an event. */
export interface AuditedCall {
  /** The name of the tool or endpoint; any text of the client if it is unknown. */
  readonly operation: string;
  /** Whether it is a message of a protocol that calls no operation. */
  readonly isProtocol: boolean;
  readonly decision: Allowed | Denial | DoorDenial;
  /** The token, if it is valid. */
  readonly token: AccessToken | undefined;
  /** The HTTP status, if the call was denied. */
  readonly status: number | undefined;
  /** The arguments of the call, or its parameters: anything that a client can send. */
  readonly arguments: unknown;
  readonly requestId: string | undefined;
}

/** Creates the event of a call. Never throws, and rejects only if the runtime has no Web Crypto. */
export type AuditEventMaker = (call: AuditedCall) => Promise<AuditEvent>;

const MOST_WORDS = 256;
/** Maximum length in characters of all the scopes of a decision. */
const MOST_SCOPES = 6_144;

/** Creates an {@link AuditEventMaker} for one policy. */
export function newAuditEventMaker(
  policy: CompiledPolicy,
  sensitive: readonly string[],
  key?: string | Uint8Array,
): AuditEventMaker {
  const secrets = secretNames(sensitive);
  const writeArguments = newArgumentWriter(secrets, newDigester(key));
  const operationOf = newOperationLookup(policy);
  const edition = {
    name: cleanText(policy.definition.name, MOST_WORDS),
    version: cleanText(policy.definition.version, MOST_WORDS),
  };

  return async (call) => {
    const name = typeof call.operation === "string" ? call.operation : `[${typeof call.operation}]`;
    const operation = call.isProtocol ? undefined : operationOf(name);
    const hide = newHider(call.arguments, operation, secrets);
    const { token } = call;
    return {
      id: host.crypto.randomUUID(),
      time: new Date().toISOString(),
      policy: edition,
      operation: {
        name: nameOf(name, operation),
        kind: call.isProtocol ? "protocol" : (operation?.kind ?? "unknown"),
      },
      actor: claims(token, ["sub", "iss", "tier", "account_type"]),
      client: {
        ...claims(token, ["client_id"]),
        ...(readOwn(token, "first_party") === true && { first_party: true }),
      },
      token: claims(token, ["jti", "iss"]),
      decision: decisionOf(call.decision, hide),
      ...(operation !== undefined && { requirement: operation.requirement }),
      ...(call.status !== undefined && { status: call.status }),
      ...(typeof call.requestId === "string" && { requestId: cleanIdentifier(call.requestId) }),
      ...(await writeArguments(call.arguments, operation?.disclosure ?? NOTHING)),
    };
  };
}

const NOTHING = { show: new Set<string>(), hash: new Set<string>() };

/** Returns the name of an operation. A name that the client chose is redacted, since it may contain a credential. */
function nameOf(name: string, operation: AuditedOperation | undefined): string {
  const clean = cleanText(name, MOST_WORDS);
  return operation === undefined || operation.isPattern ? redactName(clean) : clean;
}

function claims<const Name extends keyof AccessToken>(
  token: AccessToken | undefined,
  names: readonly Name[],
): { readonly [Claim in Name]?: string } {
  const found = names.flatMap((name) => {
    const value = readOwn(token, name);
    return typeof value === "string" ? [[name, cleanIdentifier(value)] as const] : [];
  });
  return Object.fromEntries(found) as { readonly [Claim in Name]?: string };
}

/** Creates the function that redacts, in scopes with bound values, the values of arguments that have the name of a secret. */
function newHider(
  given: unknown,
  operation: AuditedOperation | undefined,
  secrets: readonly RegExp[],
): (scope: string) => string {
  const values = (operation?.params ?? [])
    .filter((name) => isSecretName(name, secrets))
    .flatMap((name) => {
      const found = typeof given === "object" && given !== null && findOwn(given, name);
      return typeof found === "object" && typeof found.value === "string" && found.value !== ""
        ? [found.value]
        : [];
    });
  return (scope) => values.reduce((text, value) => text.replaceAll(value, REDACTED), scope);
}

function decisionOf(
  decision: AuditedCall["decision"],
  hide: (scope: string) => string,
): AuditDecision {
  const { code, allowed } = decision;
  const scopes = newScopeWriter(hide);
  switch (decision.code) {
    case "allowed":
      return {
        code,
        allowed,
        scopes: scopes(decision.scopes),
        ...(decision.enriched && { enriched: true }),
      };
    case "insufficient_scope":
      return {
        code,
        allowed,
        missing: scopes(decision.missing),
        scopes: scopes(decision.scopes),
        accepted: decision.accepted.slice(0, 16).map(scopes),
      };
    case "denied":
      return { code, allowed, reason: cleanText(decision.reason, 512) };
    case "invalid_params":
    case "binding_mismatch":
      return { code, allowed, param: cleanText(decision.param, MOST_WORDS) };
    case "account_type_required":
      return { code, allowed, accountTypes: scopes(decision.accountTypes) };
    case "upgrade_required":
      return {
        code,
        allowed,
        tier: cleanText(decision.tier, MOST_WORDS),
        ...(decision.had !== undefined && { had: cleanIdentifier(decision.had) }),
      };
    default:
      return { code, allowed };
  }
}

/** Creates the function that cleans lists of names, and leaves out the names for which the event has no room. */
function newScopeWriter(hide: (scope: string) => string): (names: readonly string[]) => string[] {
  let room = MOST_SCOPES;
  return (names) =>
    names.flatMap((name) => {
      const clean = redactCredentials(hide(cleanText(name, MOST_WORDS)));
      room -= clean.length + 3;
      return room < 0 ? [] : [clean];
    });
}
