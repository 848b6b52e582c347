import {
  type ConsentClient,
  type ConsentFacts,
  definePolicy,
  type Policy,
  resolveConsent,
} from "scope-policy";
import type { GrantedOutcome, GrantStore } from "scope-policy/store";

export const policy = definePolicy({
  name: "School",
  version: "1",
  boundaries: { project: { claim: "projects" } },
  scopes: {
    "courses:read": "See courses",
    "courses:write": { description: "Change courses", implies: ["courses:read"] },
    "keys:read": "See keys",
    openid: { required: true },
  },
  tools: { list_keys: { scope: "keys:read", within: { project: "id" } } },
});

export const client: ConsentClient = {
  client_id: "app-1",
  client_name: "Reports",
  redirect_uri: "https://app.example/cb",
};

const PROJECTS = { project: { p1: "Project One", p2: "Project Two" } };

/** What a user answers on the consent page. */
export interface Answer {
  readonly sub?: string;
  readonly client?: ConsentClient;
  /** The scope that the client asks for. */
  readonly requested: string;
  readonly scopes: readonly string[];
  readonly projects?: readonly string[];
  /** The id of the authorization request. Default: none. */
  readonly id?: string;
  readonly policy?: Policy;
}

/** Returns the outcome of an answer, from the facts that a store has, and what to record. */
export async function answer(
  grants: GrantStore,
  { sub = "user-1", requested, scopes, projects, id, ...given }: Answer,
) {
  const chosen = { policy, client, ...given };
  const owner = { sub, client_id: chosen.client.client_id, ...(id !== undefined && { id }) };
  const known = await grants.consentFacts(owner);
  const facts: ConsentFacts = {
    ...known,
    used: false,
    id,
    client: chosen.client,
    requested,
    user: { label: sub, sub },
    account: { boundaries: PROJECTS },
  };
  const outcome = resolveConsent(chosen.policy, facts, {
    decision: "approve",
    scopes,
    id,
    boundaries: { project: projects ?? [] },
  });
  return { sub, client: chosen.client, outcome: granted(outcome), policy: chosen.policy };
}

/** Returns an outcome that grants something, or throws. */
function granted(outcome: ReturnType<typeof resolveConsent>): GrantedOutcome {
  if (outcome.ok) return outcome;
  throw new Error(`the consent failed: ${outcome.error}`);
}
