// The operations of the library, by their names in the corpus.
import {
  type AuthorizerOptions,
  type Denial,
  parseScope,
  protectedResourceMetadata,
} from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { authorize, resultOfDenial } from "./authorize.js";
import { buildAuthorizer, type Source } from "./authorizer.js";
import {
  authorizerOfCase,
  type Context,
  full,
  needsNewAuthorizer,
  onlyMembers,
  sourceOfCase,
} from "./context.js";
import {
  isList,
  isObject,
  type Json,
  type JsonObject,
  listOf,
  member,
  Skip,
  textOf,
} from "./corpus.js";
import { catalogueFaults, consent, refresh, register } from "./grants.js";
import { plainOf, writtenOf } from "./json-text.js";
import { type Result, timed } from "./result.js";
import { runSequence } from "./sequence.js";

export type Operation = (context: Context) => Promise<Result>;

const CASE = "op policy policyText";

const authorizeCase: Operation = async (context) => {
  const { given } = context.attack;
  onlyMembers("a case", given, `${CASE} scope claims token authorization request`);
  return authorize(context, authorizerOfCase(context, needsNewAuthorizer(given)), given);
};

const compile: Operation = async (context) => {
  onlyMembers("a case", context.attack.given, CASE);
  const [, milliseconds] = await timed(() => buildAuthorizer(sourceOfCase(context)));
  return { outcomes: ["allow"], detail: "the policy was taken", milliseconds };
};

const parseScopeCase: Operation = async (context) => {
  const { given } = context.attack;
  onlyMembers("a case", given, `${CASE} scope`);
  const scope = full(context, given["scope"]);
  const [result, milliseconds] = await timed(() => parseScope(scope as string));
  return result.ok
    ? { outcomes: ["allow"], detail: "a scope", scopes: [...result.scope], milliseconds }
    : { outcomes: ["reject-input"], detail: "no scope", milliseconds };
};

/** Returns the denial that leads to an error code in a challenge. */
function refusalOf(error: Json | undefined, why: string, need: readonly string[]): Denial {
  const base = { allowed: false, message: why } as const;
  switch (error) {
    case null:
    case undefined:
      return { ...base, code: "unauthenticated" };
    case "invalid_request":
    case "invalid_token":
      return { ...base, code: error };
    case "insufficient_scope":
      return { ...base, code: error, missing: need, scopes: need, accepted: [need] };
    default:
      throw new Skip(`unknown error \`${JSON.stringify(error)}\` of a challenge`);
  }
}

const challenge: Operation = async (context) => {
  const { given } = context.attack;
  onlyMembers("a case", given, `${CASE} failure`);
  const failure = full(context, given["failure"]);
  if (!isObject(failure)) throw new Skip("a challenge without a failure");
  onlyMembers("a failure", failure, "error why need");
  const { authorizer } = authorizerOfCase(context, false);
  const why = textOf(failure["why"] ?? "");
  const need = listOf(failure["need"]).map(textOf);
  const [answer, milliseconds] = await timed(() =>
    authorizer.answer(refusalOf(failure["error"], why, need)),
  );
  const field = answer.headers["WWW-Authenticate"] ?? "";
  return {
    ...resultOfDenial(answer),
    outcomes: ["allow"],
    output: field,
    faults: /^[\t\x20-\x7e]*$/.test(field) ? [] : ["no server could send this header"],
    milliseconds,
  };
};

/** Returns the policy of a case with an additional tool that shows every argument in audit events. */
function withTool(
  source: Source,
  name: string,
  isAllowed: boolean,
  args: Json | undefined,
): Source {
  const { mapped } = source;
  const definition = plainOf(mapped.definition) as JsonObject;
  const rule = isAllowed ? { authenticated: true } : { deny: "not here" };
  // a policy cannot name an argument with an empty name
  const show = isObject(args) ? Object.keys(args).filter((key) => key !== "") : [];
  const tool = { ...rule, ...(show.length > 0 && { audit: { show } }) };
  const tools = Object.fromEntries([
    ...Object.entries(isObject(definition["tools"]) ? definition["tools"] : {}),
    [name, tool],
  ]);
  const changed = { ...definition, tools };
  return { mapped: { ...mapped, definition: writtenOf(changed) }, source: changed };
}

const TOOL_NAME = /^(?!\.{1,2}$)[A-Za-z0-9_.-]{1,128}$/;

const audit: Operation = async (context) => {
  const { given } = context.attack;
  onlyMembers("a case", given, `${CASE} decision tool client args sensitive`);
  const tool = textOf(full(context, given["tool"]) ?? "x");
  const args = full(context, given["args"]);
  const client = full(context, given["client"]);
  const isAllowed = given["decision"] === "allow";
  const events: AuditEvent[] = [];
  const sensitive = listOf(full(context, given["sensitive"])).map(textOf);
  const options: Partial<AuthorizerOptions> = {
    audit: (event) => {
      events.push(event);
      return context.keeper.audit(event);
    },
    verify: () => ({ scope: "", sub: "user-1", client_id: client as string }),
    ...(sensitive.length > 0 && { sensitive }),
  };
  const source = sourceOfCase(context);
  // a name that is not a valid tool name comes from the client
  const isName = TOOL_NAME.test(tool);
  const { authorizer } = buildAuthorizer(
    isName ? withTool(source, tool, isAllowed, args) : source,
    options,
    context.keeper,
  );
  const [admission, milliseconds] = await timed(() =>
    authorizer.admit({ authorization: "Bearer token", operation: tool, params: args }),
  );
  const lines = await context.keeper.lines();
  const faults: string[] = [];
  if (events.length !== 1 || lines.length !== 1)
    faults.push(`${events.length} events of one decision, ${lines.length} of them written`);
  if (admission.decision.allowed !== isAllowed) {
    faults.push(`the decision was \`${admission.decision.code}\``);
  }
  const [event] = events;
  return {
    outcomes: ["allow"],
    detail: admission.decision.code,
    output: lines[0],
    document: event as unknown as Json,
    faults,
    milliseconds,
  };
};

const discovery: Operation = async (context) => {
  onlyMembers("a case", context.attack.given, CASE);
  const { policy, authorizer, mapped } = authorizerOfCase(context, false);
  const resource = authorizer.resource ?? "";
  const document = authorizer.metadata()?.document;
  const issuer = mapped.door.issuer;
  const direct = protectedResourceMetadata(policy, {
    resource,
    authorizationServers: [issuer as string],
  });
  const output = JSON.stringify(document);
  return {
    outcomes: ["allow"],
    detail: output,
    output,
    document: document as unknown as Json,
    faults: [
      ...(JSON.stringify(direct) === output ? [] : ["two documents of one resource"]),
      // no case is about the document of the authorization server, so every case checks it
      ...catalogueFaults(sourceOfCase(context), direct.scopes_supported ?? []),
    ],
  };
};

const sequence: Operation = async (context) => {
  const { given } = context.attack;
  onlyMembers("a case", given, `${CASE} steps`);
  if (!isList(given["steps"])) throw new Skip("a sequence without steps");
  return runSequence(context, given["steps"]);
};

const OPERATIONS: ReadonlyMap<string, Operation> = new Map([
  ["authorize", authorizeCase],
  ["compile", compile],
  ["parse-scope", parseScopeCase],
  ["challenge", challenge],
  ["audit", audit],
  ["discovery", discovery],
  ["sequence", sequence],
  ["consent", consent],
  ["refresh", refresh],
  ["register", register],
]);

/** Returns the operation of a case. Throws {@link Skip} for an unknown one. */
export function operationOf(given: JsonObject): Operation {
  const usual = Object.hasOwn(given, "request") ? "authorize" : "compile";
  const name = textOf(member(given, "op") ?? usual);
  const operation = OPERATIONS.get(name);
  if (operation === undefined) throw new Skip(`unknown operation \`${name}\``);
  return operation;
}
