import { PolicyError } from "../errors.js";
import { anyText } from "../grammar/any-value.js";
import { printedScope } from "../grammar/scope-syntax.js";
import { isScopeList } from "./compile.js";
import type { CompiledPolicy, CompiledScope } from "./compiled.js";
import { oneLine } from "./report.js";
import { nearest } from "./suggest.js";

/**
 * Returns the scopes of a bundle: those in its list, or every unreserved scope except those in `except`.
 *
 * @throws {@link PolicyError} `ERR_BUNDLE_UNKNOWN` if the policy does not declare the bundle
 */
export function bundleScopes(
  { definition, scopes }: CompiledPolicy,
  name: string,
): readonly CompiledScope[] {
  const bundles = definition.bundles ?? {};
  const text = anyText(name);
  const bundle = Object.hasOwn(bundles, text) ? bundles[text] : undefined;
  if (bundle === undefined) {
    const meant = nearest(text, Object.keys(bundles));
    const hint = meant === undefined ? "" : `; did you mean \`${meant}\`?`;
    throw new PolicyError(
      "ERR_BUNDLE_UNKNOWN",
      oneLine(`the policy has no bundle \`${text}\`${hint}`),
    );
  }
  const isList = isScopeList(bundle);
  const listed = new Set((isList ? bundle : (bundle.except ?? [])).map(printedScope));
  return scopes.filter((scope) =>
    isList ? listed.has(scope.name) : !scope.reserved && !listed.has(scope.name),
  );
}
