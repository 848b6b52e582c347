// The documents that `export --to openapi` writes, for tests.

import { Validator } from "@seriousme/openapi-schema-validator";
import { loadPolicy, type PolicyDefinition } from "scope-policy";
import { expect } from "vitest";
import { policy as localisation } from "../../examples/localisation/policy.js";
import { policy as loopwise } from "../../examples/loopwise/policy.js";
import { policy as moov } from "../../examples/moov/policy.js";
import { policy as movementors } from "../../examples/movementors/policy.js";
import { openApiExporter } from "../../src/cli/export/openapi.js";
import { compiledPolicyOf } from "../../src/policy/compiled-policies.js";

/** The policies of the examples. */
export const EXAMPLES: readonly { readonly definition: PolicyDefinition }[] = [
  loopwise,
  movementors,
  moov,
  localisation,
];

/** An operation of an exported document. */
export interface ExportedOperation {
  readonly operationId: string;
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly { readonly name: string }[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly responses: Readonly<Record<string, unknown>>;
  readonly "x-scope-policy"?: { readonly rule: unknown; readonly endpoint?: string };
}

/** An exported document. */
export interface ExportedDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, ExportedOperation>>>>;
  readonly components: {
    readonly securitySchemes?: Readonly<Record<string, ExportedScheme>>;
  };
  readonly "x-scope-policy"?: Readonly<Record<string, unknown>>;
}

interface ExportedScheme {
  readonly type: string;
  readonly flows: Readonly<
    Record<string, { readonly scopes: Readonly<Record<string, string>>; readonly tokenUrl: string }>
  >;
}

/** The caller of an export: its token, or none. */
export interface ExportedCaller {
  readonly token: { readonly scope: string | string[] } | undefined;
}

/** Exports a definition, for a caller if one is given. */
export async function exported(
  definition: unknown,
  caller?: ExportedCaller,
): Promise<{ readonly document: ExportedDocument; readonly cannotSay: readonly string[] }> {
  const policy = loadPolicy(definition);
  const compiled = compiledPolicyOf(policy);
  const { files, cannotSay } = await openApiExporter.run(
    { policy, compiled },
    { given: {}, ...(caller && { caller }) },
  );
  return { document: JSON.parse(files[0].text) as ExportedDocument, cannotSay };
}

/** Returns the operations of a document by `METHOD template`. */
export function operationsIn({ paths }: ExportedDocument): ReadonlyMap<string, ExportedOperation> {
  return new Map(
    Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item).map(
        ([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const,
      ),
    ),
  );
}

/** One for all documents: it compiles a schema once. */
const VALIDATOR = new Validator();

/** Expects a document that the JSON Schema of OpenAPI accepts. */
export async function expectValid(document: unknown): Promise<void> {
  expect(await VALIDATOR.validate(document as object)).toEqual({ valid: true });
}
