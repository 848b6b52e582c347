// What a deployment keeps between calls: revocations, audit events, consents.
import type {
  AccessToken,
  AuthorizerOptions,
  ConsentFacts,
  ConsentOutcome,
  Policy,
} from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";

/** The facts of a consent that come from an earlier one. */
export type EarlierConsent = Pick<ConsentFacts, "granted" | "grantedPolicyVersion">;

/** What the user is asked, and under which policy. */
export interface AskedConsent {
  readonly policy: Policy;
  readonly facts: ConsentFacts;
}

/** What keeps the state of a case. It stores claims, never the text of a token. */
export interface Keeper {
  /** Options that each authorizer of the case has. */
  readonly options: Partial<AuthorizerOptions>;
  readonly isRevoked: (token: AccessToken) => boolean;
  /** Revokes one token by its identifier. */
  readonly revokeId: (iss: string | undefined, jti: string) => void | Promise<void>;
  /** Revokes every token of a grant that was issued up to a time in seconds. */
  readonly revokeGrant: (
    sub: string | undefined,
    clientId: string | undefined,
    at: number,
  ) => void | Promise<void>;
  /** Functions `isRevoked` that have no answer, by what is wrong with them. */
  readonly outages: () => Promise<Readonly<Record<string, Keeper["isRevoked"]>>>;
  /** Writes an event. */
  readonly audit: (event: AuditEvent) => void | Promise<void>;
  /** Returns the written events, each as a line without its end. */
  readonly lines: () => Promise<readonly string[]>;
  /** Records an earlier consent to a scope, and returns the facts that a later one has of it. */
  readonly grantEarlier: (asked: AskedConsent, scope: string) => Promise<EarlierConsent>;
  /** Records what the user answered then. Returns what is wrong with what is kept. */
  readonly grant: (asked: AskedConsent, outcome: ConsentOutcome) => Promise<readonly string[]>;
}

// a JSON list, so that different parts cannot result in the same key
const keyOf = (...parts: readonly (string | undefined)[]) =>
  JSON.stringify(parts.map((part) => part ?? null));

/** Creates what keeps everything in memory. */
export function createMemoryKeeper(): Keeper {
  const ids = new Set<string>();
  const grants = new Map<string, number>();
  const lines: string[] = [];
  return {
    options: {},
    isRevoked: ({ iss, jti, sub, client_id, iat }) => {
      if (jti !== undefined && ids.has(keyOf(iss, jti))) return true;
      const at = grants.get(keyOf(sub, client_id));
      return at !== undefined && (iat === undefined || iat <= at);
    },
    revokeId: (iss, jti) => void ids.add(keyOf(iss, jti)),
    revokeGrant: (sub, clientId, at) => {
      const key = keyOf(sub, clientId);
      grants.set(key, Math.max(at, grants.get(key) ?? at));
    },
    outages: async () => ({}),
    audit: (event) => void lines.push(JSON.stringify(event)),
    lines: async () => lines,
    grantEarlier: async ({ policy }, scope) => ({
      granted: scope,
      grantedPolicyVersion: policy.version,
    }),
    grant: async () => [],
  };
}
