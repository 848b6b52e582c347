// Cedar itself, as WebAssembly.

import { createRequire } from "node:module";
import { setFlagsFromString } from "node:v8";
import type * as CedarWasm from "@cedar-policy/cedar-wasm/nodejs";

// Node 20 can abort when it inlines calls of this module into hot code. The flag is read at each compilation, so it works from here on.
setFlagsFromString("--no-turbo-inline-js-wasm-calls");

// the build for Node is a CommonJS module, which `import` cannot load: its package says that it is an ES module
const wasm = createRequire(import.meta.url)("@cedar-policy/cedar-wasm/nodejs") as typeof CedarWasm;

/** A request without its principal and its resource, which no policy of an export reads. */
export interface CedarRequest {
  readonly action: string;
  readonly context: CedarWasm.Context;
}

/** The attributes of a record in the schema: a type, or the attributes of a record in it. */
export interface Shape {
  readonly [attribute: string]: string | Shape;
}

/** A schema with policies that are valid for it. */
export interface CedarEngine {
  /** The attributes of `Token`. */
  readonly token: Shape;
  /** Returns the attributes of the context of an action; `undefined` for an action that the schema does not have. */
  readonly contextOf: (action: string) => Shape | undefined;
  /**
   * Returns whether Cedar allows a request.
   *
   * @throws for a request that does not fit the schema, and for a policy that cannot be evaluated
   */
  readonly allows: (request: CedarRequest) => boolean;
  /** Returns whether Cedar allows a request, whatever its context has: an error denies. */
  readonly allowsAny: (request: CedarRequest) => boolean;
}

const ID = "policies";
const USER = { type: "User", id: "alice" };
const API = { type: "Api", id: "api" };

/** Returns what is wrong with a schema, or with policies in strict mode; warnings count. */
export function faultsOf(schema: string, policies: string): readonly string[] {
  const answer = wasm.validate({
    schema,
    policies: { staticPolicies: policies },
    validationSettings: { mode: "strict" },
  });
  if (answer.type === "failure") return answer.errors.map(({ message }) => message);
  const { validationErrors, validationWarnings, otherWarnings } = answer;
  return [
    ...[...validationErrors, ...validationWarnings].map(({ error }) => error.message),
    ...otherWarnings.map(({ message }) => message),
  ];
}

/**
 * Loads a schema and policies. A later call replaces them.
 *
 * @throws for a schema or policies that Cedar cannot parse
 */
export function loadCedar(schema: string, policies: string): CedarEngine {
  for (const answer of [
    wasm.preparseSchema(ID, schema),
    wasm.preparsePolicySet(ID, { staticPolicies: policies }),
  ]) {
    if (answer.type === "failure") throw new Error(JSON.stringify(answer.errors));
  }
  const { token, actions } = shapesOf(schema);
  const ask = ({ action, context }: CedarRequest, validateRequest: boolean) =>
    wasm.statefulIsAuthorized({
      principal: USER,
      action: { type: "Action", id: action },
      resource: API,
      context,
      preparsedSchemaName: ID,
      validateRequest,
      preparsedPolicySetId: ID,
      entities: [],
    });
  return {
    token,
    contextOf: (action) => actions.get(action),
    allows: (request) => {
      const answer = ask(request, true);
      const errors = answer.type === "failure" ? answer.errors : answer.response.diagnostics.errors;
      if (errors.length > 0) throw new Error(JSON.stringify(errors));
      return answer.type === "success" && answer.response.decision === "allow";
    },
    allowsAny: (request) => {
      const answer = ask(request, false);
      return answer.type === "success" && answer.response.decision === "allow";
    },
  };
}

interface Type {
  readonly type: string;
  readonly attributes?: Readonly<Record<string, Type>>;
}

function shapesOf(schema: string) {
  const answer = wasm.schemaToJsonWithResolvedTypes(schema);
  if (answer.type === "failure") throw new Error(JSON.stringify(answer.errors));
  const all = answer.json[""] as unknown as {
    readonly commonTypes: { readonly Token: Type };
    readonly actions: Readonly<Record<string, { readonly appliesTo: { readonly context: Type } }>>;
  };
  return {
    token: shapeOf(all.commonTypes.Token),
    actions: new Map(
      Object.entries(all.actions).map(([name, one]) => [name, shapeOf(one.appliesTo.context)]),
    ),
  };
}

function shapeOf({ attributes = {} }: Type): Shape {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, type]) => [
      name,
      type.attributes === undefined ? type.type : shapeOf(type),
    ]),
  );
}
