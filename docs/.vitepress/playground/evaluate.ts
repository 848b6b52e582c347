import {
  consentScreen,
  type Decision,
  type Finding,
  loadPolicy,
  type Policy,
  PolicyError,
} from "scope-policy";
import { leastPrivilege } from "scope-policy/analysis";
import { renderConsent } from "scope-policy/html";
import { explainDecision } from "../../../src/cli/explain/explain-decision.js";
import { decideOn, type ExplainedCall, findCall } from "../../../src/cli/explain/question.js";
import { remedyFor } from "../../../src/cli/explain/remedies.js";
import { compiledPolicyOf } from "../../../src/policy/compiled-policies.js";
import { jsonSchemaOf } from "../../../src/policy/json-schema.js";
import { type CallInputs, readInputs } from "./inputs.js";
import { matrixPart } from "./matrix.js";
import {
  type ConsentPart,
  type DecisionPart,
  type FailedPart,
  type Part,
  type PlanPart,
  type PolicyPart,
  RESULT_KINDS,
  type ResultKind,
  type ResultPart,
} from "./parts.js";
import { MAX_NAMES, type PlaygroundState } from "./state.js";

/** Maximum number of findings that the page lists. */
const MAX_FINDINGS = 100;
/** Maximum number of characters of a decision as JSON, and of a message. */
const MAX_SHOWN = 20_000;

/**
 * Evaluates a state, one part after another: the policy first, then its results. An invalid policy has no results. Input that cannot
 * be evaluated is a failed part; nothing is thrown.
 */
export function* evaluate(state: PlaygroundState): Generator<Part> {
  const loaded = load(state.policy);
  yield loaded.part;
  if (loaded.policy === undefined) return;
  const inputs = readInputs(state);
  for (const kind of RESULT_KINDS) yield resultOf(kind, loaded.policy, inputs, state);
}

interface LoadedPolicy {
  readonly part: PolicyPart;
  readonly policy: Policy | undefined;
}

function load(text: string): LoadedPolicy {
  try {
    const policy = loadPolicy(text);
    return { part: policyPart(policy), policy };
  } catch (error) {
    const findings: readonly Finding[] =
      error instanceof PolicyError
        ? error.findings
        : [{ code: "unreadable", path: "", message: messageOf(error) }];
    const part: PolicyPart = {
      kind: "policy",
      findings: findings.slice(0, MAX_FINDINGS),
      more: Math.max(0, findings.length - MAX_FINDINGS),
      tools: [],
      endpoints: [],
      schema: undefined,
    };
    return { part, policy: undefined };
  }
}

function policyPart(policy: Policy): PolicyPart {
  const { tools = {}, endpoints = {} } = policy.definition;
  return {
    kind: "policy",
    findings: [],
    more: 0,
    tools: Object.keys(tools).slice(0, MAX_NAMES),
    endpoints: Object.keys(endpoints).slice(0, MAX_NAMES),
    schema: jsonSchemaOf(compiledPolicyOf(policy)),
  };
}

type DecisionText = Pick<DecisionPart, "headline" | "why" | "changes">;
type Compute = (policy: Policy, inputs: CallInputs, state: PlaygroundState) => ResultPart;

const COMPUTE: Readonly<Record<ResultKind, Compute>> = {
  decision: decisionPart,
  plan: planPart,
  consent: consentPart,
  matrix: matrixPart,
};

function resultOf(
  kind: ResultKind,
  policy: Policy,
  inputs: ReturnType<typeof readInputs>,
  state: PlaygroundState,
): ResultPart {
  if (kind === "matrix") return attempt(kind, () => matrixPart(policy));
  if ("message" in inputs) return failed(kind, inputs.message);
  return attempt(kind, () => COMPUTE[kind](policy, inputs, state));
}

/** Returns a part; a failed one if the library refuses the input, for example a claim of a wrong type in the options of an account. */
function attempt(part: ResultKind, compute: () => ResultPart): ResultPart {
  try {
    return compute();
  } catch (error) {
    return failed(part, messageOf(error));
  }
}

function failed(part: ResultKind, message: string): FailedPart {
  return { kind: "failed", part, message: message.slice(0, MAX_SHOWN) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function decisionPart(
  policy: Policy,
  { token, params }: CallInputs,
  { operation }: PlaygroundState,
): DecisionPart {
  const call = findCall(policy, operation, params, token);
  const decision = decideOn(call, token);
  return {
    kind: "decision",
    allowed: decision.allowed,
    ...explain(call, decision),
    params: call.operation?.params ?? [],
    json: JSON.stringify(decision, null, 2).slice(0, MAX_SHOWN),
  };
}

/** Returns the explanation of a decision. A decision accepts claims of any type, an explanation does not. */
function explain(call: ExplainedCall, decision: Decision): DecisionText {
  try {
    const remedy = remedyFor(call, decision);
    const changes = remedy.steps.map(({ text }) => text);
    const helps = decision.allowed || remedy.token !== undefined;
    const end =
      changes.length === 0
        ? "nothing: no change of the token allows it"
        : "even then the call would be denied";
    return { ...explainDecision(call, decision), changes: helps ? changes : [...changes, end] };
  } catch {
    const headline = decision.allowed ? "YES: the call is allowed." : `NO: ${decision.message}.`;
    const why = ["There is no explanation: a claim or an argument has an unexpected type."];
    return { headline, why, changes: [] };
  }
}

function planPart(
  policy: Policy,
  { token, params }: CallInputs,
  { plan }: PlaygroundState,
): PlanPart {
  const { tools = {}, endpoints = {} } = policy.definition;
  const declared = plan.filter(
    (name) => Object.hasOwn(tools, name) || Object.hasOwn(endpoints, name),
  );
  const nothing = { alternatives: [], unreachable: [], exact: true };
  if (declared.length === 0) return { kind: "plan", scopes: undefined, ...nothing };
  const { tier, account_type: accountType, entitlements, scope: held = "" } = token ?? {};
  const account = {
    ...(tier !== undefined && { tier }),
    ...(accountType !== undefined && { accountType }),
    ...(entitlements !== undefined && { entitlements }),
  };
  const least = leastPrivilege(policy, declared, { ...account, held, params });
  return {
    kind: "plan",
    scopes: least.scopes,
    alternatives: least.alternatives,
    unreachable: least.unreachable.map(({ operation, reason }) => `${operation}: ${reason}`),
    exact: least.exact,
  };
}

function consentPart(policy: Policy, { token }: CallInputs): ConsentPart | FailedPart {
  const { tier, account_type, entitlements, boundaries = {} } = token ?? {};
  const labels = Object.entries(boundaries).map(([name, values]) => [
    name,
    Object.fromEntries([values].flat().map((value) => [value, value])),
  ]);
  const screen = consentScreen(policy, {
    client: {
      client_id: "playground",
      client_name: "Example App",
      redirect_uri: "https://app.example/callback",
      firstParty: token?.first_party === true,
    },
    requested: token?.scope,
    account: {
      ...(tier !== undefined && { tier }),
      ...(account_type !== undefined && { account_type }),
      ...(entitlements !== undefined && { entitlements }),
      boundaries: Object.fromEntries(labels) as Record<string, Record<string, string>>,
      // the user of the playground owns every resource
      owns: (_template, values) => Object.values(values).join(", "),
    },
    user: { label: "ana@example.com" },
  });
  if (screen.error !== null) return failed("consent", `no page is shown: \`${screen.error}\``);
  const html = renderConsent(screen, { action: "/consent", csrf: "playground" });
  return { kind: "consent", html };
}
