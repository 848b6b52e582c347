import type { DenialResponse } from "scope-policy";
import type { CaseAuthorizer } from "./authorizer.js";
import { authorizationOf, type Context, full, onlyMembers, tokenOf } from "./context.js";
import { isObject, type JsonObject, member, Skip } from "./corpus.js";
import { outcomesOf, type Result, timed } from "./result.js";

/** The arguments that a host without a framework passes to the library: the operation of a request, and its parameters. */
interface LibraryCall {
  readonly operation: unknown;
  readonly params: unknown;
}

/** A name that no policy has. */
const NOTHING = "";

/** Returns whether a request is a message of the Model Context Protocol, which only an adapter reads. */
export function isMessage(request: JsonObject): boolean {
  return Object.hasOwn(request, "body") || Object.hasOwn(request, "bodyText");
}

/** Returns the request of a case or a step, with its shorthand expanded. */
export function requestOf(context: Context, given: JsonObject): JsonObject {
  const request = full(context, given["request"]);
  if (!isObject(request)) throw new Skip("a request that is described in words");
  const isTool = Object.hasOwn(request, "tool");
  const known = isMessage(request)
    ? "body bodyText headers"
    : isTool
      ? "tool args"
      : "method path headers";
  onlyMembers("a request", request, known);
  return request;
}

function callOf(door: CaseAuthorizer, request: JsonObject): LibraryCall {
  if (Object.hasOwn(request, "tool")) {
    return { operation: request["tool"], params: request["args"] };
  }
  const target = member(request, "path");
  // a request target is a path and an optional query (RFC 9112, section 3.2.1); the library takes the path
  const path = typeof target === "string" ? (target.split("?")[0] ?? "") : target;
  const match = door.policy.findEndpoint({ method: request["method"], path } as never);
  return { operation: match?.name ?? NOTHING, params: match?.params };
}

/** Calls the authorizer directly with the credentials of the header and one operation. */
export async function authorize(
  context: Context,
  door: CaseAuthorizer,
  given: JsonObject,
): Promise<Result> {
  const request = requestOf(context, given);
  if (isMessage(request))
    throw new Skip("a message of the Model Context Protocol needs an adapter");
  const rawToken = tokenOf(context, door, given);
  const as = member(given, "as");
  if (typeof as === "string" && rawToken !== undefined) context.named.set(as, rawToken);
  const lines = authorizationOf(context, given, rawToken);
  const authorization = lines.length > 1 ? lines : lines[0];
  const [admission, milliseconds] = await timed(() =>
    door.authorizer.admit({ authorization, ...(callOf(door, request) as { operation: string }) }),
  );
  if (!("answer" in admission)) {
    return { outcomes: ["allow"], detail: "allowed", status: 200, milliseconds };
  }
  return { ...resultOfDenial(admission.answer), detail: admission.decision.code, milliseconds };
}

/** Returns the result of a denial response. */
export function resultOfDenial({ status, headers, body }: DenialResponse): Result {
  return {
    outcomes: outcomesOf(status),
    detail: body.error,
    status,
    challenge: headers["WWW-Authenticate"],
    output: JSON.stringify({ status, headers, body }),
  };
}
