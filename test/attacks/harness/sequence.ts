// Several steps with one authorizer, which keeps state between them.
import { authorize } from "./authorize.js";
import type { CaseAuthorizer } from "./authorizer.js";
import { authorizerOfCase, type Context, full, onlyMembers } from "./context.js";
import {
  isObject,
  type Json,
  type JsonObject,
  listOf,
  member,
  type Outcome,
  Skip,
  textOf,
} from "./corpus.js";
import type { Result } from "./result.js";

const text = (value: Json | undefined) => (typeof value === "string" ? value : undefined);

/** Returns the claims of a token of an earlier step: its own, or those in the introspection response. */
function claimsOf(context: Context, door: CaseAuthorizer, name: string): JsonObject {
  const token = context.named.get(name);
  if (token === undefined) throw new Skip(`no step has made the token \`${name}\``);
  const told = door.claims.get(token);
  if (told === undefined) throw new Skip(`the token \`${name}\` has never been good`);
  return told;
}

async function revoke(context: Context, door: CaseAuthorizer, step: JsonObject): Promise<void> {
  onlyMembers("a step", step, "op jtiOf tokenOf grant");
  const { keeper } = context;
  if (step["jtiOf"] !== undefined) {
    const { iss, jti } = claimsOf(context, door, textOf(step["jtiOf"]));
    await keeper.revokeId(text(iss), text(jti) ?? "");
    return;
  }
  if (step["tokenOf"] !== undefined) {
    const { iss, jti, sub, client_id } = claimsOf(context, door, textOf(step["tokenOf"]));
    // an opaque token without an identifier is revoked with its grant
    if (typeof jti === "string") await keeper.revokeId(text(iss), jti);
    else await keeper.revokeGrant(text(sub), text(client_id), context.now);
    return;
  }
  const grant = full(context, step["grant"]);
  if (!isObject(grant)) throw new Skip("a revocation of nothing that is known");
  onlyMembers("a grant", grant, "sub client_id at");
  const at = context.now + Number(grant["at"] ?? 0);
  await keeper.revokeGrant(text(grant["sub"]), text(grant["client_id"]), at);
}

function answerAnew(context: Context, door: CaseAuthorizer, step: JsonObject): void {
  onlyMembers("a step", step, "op tokenOf introspection");
  const token = context.named.get(textOf(step["tokenOf"]));
  if (token === undefined) throw new Skip("no step has made the token");
  door.answers.set(token, full(context, step["introspection"]) as JsonObject);
}

/** Runs the steps and returns the result of the last one that makes a call. */
export async function runSequence(context: Context, steps: readonly Json[]): Promise<Result> {
  const door = authorizerOfCase(context, true);
  const faults: string[] = [];
  let last: Result | undefined;
  for (const [index, step] of steps.entries()) {
    if (!isObject(step)) throw new Skip("a step that is described in words");
    const op = member(step, "op") ?? "authorize";
    if (op === "revoke") {
      await revoke(context, door, step);
      continue;
    }
    if (op === "introspection-now") {
      answerAnew(context, door, step);
      continue;
    }
    if (op !== "authorize") throw new Skip(`unknown step \`${JSON.stringify(op)}\``);
    onlyMembers("a step", step, "op token scope claims authorization request as expect alsoOk");
    last = await authorize(context, door, step);
    const wanted = [...listOf(step["expect"]), ...listOf(step["alsoOk"])] as Outcome[];
    if (wanted.length > 0 && !last.outcomes.some((outcome) => wanted.includes(outcome))) {
      faults.push(`step ${index + 1}: expected ${wanted.join(" or ")}, got ${last.detail}`);
    }
  }
  if (last === undefined) throw new Skip("a sequence without a call");
  return { ...last, faults };
}
