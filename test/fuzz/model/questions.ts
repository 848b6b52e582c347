// The questions: how the library answers each, how the model does, and what each reaches.

import { clientRegistration, createAuthorizer, refreshScope } from "scope-policy";
import {
  type Definition,
  type ModelDecision,
  modelDecide,
  modelOperation,
  modelTokens,
} from "../../model/model.js";
import {
  type ModelRefresh,
  type ModelRegistration,
  modelBundle,
  modelIncludes,
  modelMissing,
  modelReduce,
  modelRefresh,
  modelRegistration,
} from "../../model/model-grants.js";
import { modelMeanings } from "../../model/model-scopes.js";
import {
  knownIn,
  modelChallenge,
  modelDecideRequest,
  modelEndpoints,
  modelSignIn,
  modelToolsFor,
} from "../../model/model-surfaces.js";
import { comparedTo, type load } from "../../model/observe.js";
import { branchOf, pointsOf, REQUESTS } from "../../model/points.js";
import { createRulesReader, neededBy } from "../../model/reached-rules.js";
import { parseChallenge } from "../../resource-server/challenge-parser.js";
import type { Pair } from "./case.js";
import { CONSENT_QUESTIONS } from "./consent-questions.js";

export type Policy = ReturnType<typeof load>;

export interface Answerers {
  readonly policy: Policy;
  readonly definition: Definition;
}

export type Answer = (of: Answerers, args: Record<string, never>) => Pair | Promise<Pair>;

interface Call {
  readonly token: unknown;
  readonly name: string;
  readonly params: unknown;
}

const codePoint = (code: string): string => `code ${code}`;

/** Returns what a decision reaches: its code, conditions, branches, and matching rules. */
function reached(definition: Definition, { token, name, params }: Call, model: ModelDecision) {
  const operation = modelOperation(definition, name, params);
  const { rules = [], alternatives = [] } = operation ?? {};
  const branch = branchOf(definition, name, params);
  const call = { name, token, params, model, rules, alternatives, branch };
  const points = [codePoint(model.code), ...pointsOf(definition, call)];
  if (["insufficient_scope", "binding_mismatch"].includes(model.code)) {
    points.push(...neededBy(definition, name, params).map((rule) => `rule ${rule}: not met`));
  }
  if (model.allowed && (model.scopes ?? []).length > 0) {
    const isAllowed = (changed: Definition) => modelDecide(changed, token, name, params).allowed;
    points.push(...createRulesReader(definition)(isAllowed).map((rule) => `rule ${rule}: met`));
  }
  return points;
}

function decided(definition: Definition, call: Call, real: object, fromCode: boolean): Pair {
  const { token, name, params } = call;
  const model = modelDecide(definition, token, name, params, fromCode);
  const points = () =>
    fromCode || typeof name !== "string"
      ? [codePoint(model.code)]
      : reached(definition, call, model);
  return { library: comparedTo(model, real), model, points };
}

const DECISIONS = {
  decideUntrusted: ({ policy, definition }, call: Call) => {
    const { token, name, params } = call;
    return decided(definition, call, policy.decideUntrusted(token, name, params), false);
  },
  decide: ({ policy, definition }, call: Call) => {
    const { token, name, params } = call;
    const real = policy.decide(token as never, name, params as never);
    return decided(definition, call, real, true);
  },
  operation: ({ policy, definition }, call: Call) => {
    const { token, name, params } = call;
    const real = policy.operation(name).decide(token as never, params as never);
    return decided(definition, call, real, true);
  },
  decideRequest: (
    { policy, definition },
    { token, request }: { token: unknown; request: Parameters<typeof modelDecideRequest>[2] },
  ) => {
    const model = modelDecideRequest(definition, token, request);
    const real = policy.decideRequest(token as never, request as never);
    const points = () => {
      const [key] = modelEndpoints(definition, request);
      const isKnown = key !== undefined && model.code !== "unknown_operation";
      const kind = model.allowed ? "allowed" : "denied";
      const types = Object.entries(REQUESTS).filter(
        ([, isMet]) => isKnown && isMet(key, String(request.method)),
      );
      return [codePoint(model.code), ...types.map(([type]) => `${kind} at ${type}`)];
    };
    return { library: comparedTo(model, real), model, points };
  },
  toolsFor: ({ policy, definition }, { token }: { token: unknown }) => {
    const isKnown = knownIn(definition, token);
    const views = policy.toolsFor(token as never);
    const library = views.map(({ name, decision }) => ({ name, code: decision.code }));
    const model = modelToolsFor(definition, token).filter(isKnown);
    const points = () => [...new Set(model.map(({ code }) => `listed as ${code}`))];
    return { library: library.filter(isKnown), model, points };
  },
  challenge: (
    { policy, definition },
    { token, name, params, mode }: Call & { mode: "minimum" | "union" },
  ) => {
    const denial = policy.decideUntrusted(token, name, params);
    const model = modelDecide(definition, token, name, params);
    const options = { policy, challenge: mode, verify: () => undefined, trustClaims: [] };
    const context = { operation: name, params, token: token as never };
    if (denial.allowed || model.allowed) {
      return { library: denial.allowed, model: model.allowed, points: () => [] };
    }
    const { headers } = createAuthorizer(options).answer(denial, context);
    const line = headers["WWW-Authenticate"];
    const scope = line === undefined ? undefined : parseChallenge(line).get("scope");
    const isSignIn = model.code === "unauthenticated";
    const signIn = isSignIn ? modelSignIn(definition, name, params) : undefined;
    const own = mode === "union" && !isSignIn ? modelTokens(token) : [];
    const named = isSignIn ? signIn : modelChallenge(definition, model, own);
    const library = scope?.split(" ").sort() ?? [];
    const points = () => [`challenge ${mode}: ${(named ?? []).length > 0 ? "scopes" : "none"}`];
    // the model does not know names that only patterns match
    return { library: named === undefined ? [] : library, model: named?.sort() ?? [], points };
  },
} satisfies Readonly<Record<string, (of: Answerers, args: never) => Pair>>;

interface Scopes {
  readonly tokens: readonly string[];
  readonly wanted: readonly string[];
  readonly options: { readonly firstParty: boolean };
}

const MEANINGS = {
  expand: ({ policy, definition }, { tokens, options }: Scopes) => {
    const model = modelMeanings(definition, tokens, options.firstParty);
    return { library: policy.expand(tokens, options), model, points: () => ["expand"] };
  },
  covers: ({ policy, definition }, { tokens, wanted, options }: Scopes) => {
    const model = modelIncludes(definition, tokens, wanted, options.firstParty);
    const points = () => [`covers ${String(model)}`];
    return { library: policy.covers(tokens, wanted, options), model, points };
  },
  missing: ({ policy, definition }, { tokens, wanted, options }: Scopes) => {
    const model = modelMissing(definition, tokens, wanted, options.firstParty).sort();
    const library = (policy.missing(tokens, wanted, options) ?? "malformed").split(" ");
    const points = () => [model.length > 0 ? "missing some" : "missing nothing"];
    return { library: library.filter(Boolean).sort(), model, points };
  },
  reduce: ({ policy, definition }, { tokens, options }: Scopes) => {
    const model = modelReduce(definition, tokens, options.firstParty);
    const points = () => [model.length < tokens.length ? "reduce to less" : "reduce to the same"];
    return { library: policy.reduce(tokens, options).split(" ").filter(Boolean), model, points };
  },
  bundleScope: ({ policy, definition }, { bundle }: { bundle: string }) => {
    const model = modelBundle(definition, bundle);
    const library = policy.bundleScope(bundle).split(" ").filter(Boolean);
    const isListed = Array.isArray(definition.bundles?.[bundle]);
    return { library, model, points: () => [isListed ? "bundle of a list" : "bundle of all"] };
  },
} satisfies Readonly<Record<string, (of: Answerers, args: never) => Pair>>;

const sorted = (tokens: readonly string[] | undefined) => tokens && [...tokens].sort();

const GRANTS = {
  register: (
    { policy, definition },
    { metadata, options }: { metadata: { scope: string }; options: ModelRegistration },
  ) => {
    const wanted = metadata.scope.split(" ").filter(Boolean);
    const { ceiling, approvedScopes, unknownScopes } = options;
    const model = modelRegistration(definition, { ceiling, approvedScopes, unknownScopes, wanted });
    const result = clientRegistration(policy, metadata, options as never);
    const scope = result.ok ? ((result.metadata["scope"] as string | undefined) ?? "") : undefined;
    const points = () => [
      model === undefined
        ? "registration refused"
        : model.length === 0
          ? "registration of no scope"
          : "registration of scopes",
    ];
    return { library: sorted(scope?.split(" ").filter(Boolean)), model: sorted(model), points };
  },
  refresh: ({ policy, definition }, args: RefreshArguments) => {
    const { original, requested, options } = args;
    const model = modelRefresh(definition, {
      original: original.split(" "),
      requested: requested?.split(" ").filter(Boolean),
      ceiling: options.clientScope?.split(" ").filter(Boolean),
      approvedScopes: options.approvedScopes,
      recorded: options.originalMeanings,
      firstParty: options.firstParty === true,
    });
    const result = refreshScope(policy, original, requested, options as never);
    const isSame = JSON.stringify(sorted(model)) === JSON.stringify(original.split(" ").sort());
    const points = () => [
      model === undefined ? "refresh refused" : isSame ? "refresh of the same" : "refresh of less",
    ];
    return {
      library: result.ok ? { scopes: sorted(result.scopes), narrowed: result.narrowed } : "refused",
      model: model === undefined ? "refused" : { scopes: sorted(model), narrowed: !isSame },
      points,
    };
  },
} satisfies Readonly<Record<string, (of: Answerers, args: never) => Pair>>;

interface RefreshArguments {
  readonly original: string;
  readonly requested: string | undefined;
  readonly options: {
    readonly clientScope?: string;
    readonly approvedScopes?: ModelRefresh["approvedScopes"];
    readonly originalMeanings?: readonly string[];
    readonly firstParty?: boolean;
  };
}

export const QUESTIONS: Readonly<Record<string, Answer>> = {
  ...DECISIONS,
  ...MEANINGS,
  ...GRANTS,
  ...CONSENT_QUESTIONS,
} as unknown as Readonly<Record<string, Answer>>;
