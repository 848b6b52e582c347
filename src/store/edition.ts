import { createDigester } from "../audit/redaction/digest.js";
import type { CompiledPolicy } from "../policy/compiled-policy.js";

/** Edition of a policy: what tells two texts of one version apart is the digest. */
export interface PolicyEdition {
  readonly name: string;
  readonly version: string;
  /** `sha256:` and 64 hexadecimal digits, over the definition as JSON. */
  readonly digest: string;
}

const digest = createDigester(undefined);
const editions = new WeakMap<CompiledPolicy, Promise<PolicyEdition>>();

/** Returns the edition of a policy. The digest is computed once. */
export function editionOf(policy: CompiledPolicy): Promise<PolicyEdition> {
  const { name, version } = policy.definition;
  const edition =
    editions.get(policy) ??
    // the order of scopes has a meaning, so it is not the canonical form of the JSON
    digest(JSON.stringify(policy.definition)).then((text) => ({ name, version, digest: text }));
  editions.set(policy, edition);
  return edition;
}
