// Prints the bill of materials in CycloneDX: the packages that the package needs at run time, those that its command line contains, and
// all that these need. `npm sbom` writes it for every installed package; `--omit=dev` would leave out what the tools need too.
import { execFileSync } from "node:child_process";
import { manifest, root } from "./entries.mjs";
import { BUNDLED } from "./licences.mjs";

/** @typedef {{ "bom-ref": string, name: string }} Component */
/** @typedef {{ ref: string, dependsOn: string[] }} Edges */
/** @typedef {{ metadata: { component: Component }, components: Component[], dependencies: Edges[] }} Bill */

/**
 * Returns a bill with what the named dependencies of its package need, themselves included.
 *
 * @param {Bill} bill
 * @param {ReadonlySet<string>} names
 * @returns {Bill}
 */
export function partOf(bill, names) {
  const own = bill.metadata.component["bom-ref"];
  const edges = new Map(bill.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
  const nameOf = (/** @type {string} */ ref) => ref.slice(0, ref.lastIndexOf("@"));
  const roots = (edges.get(own) ?? []).filter((ref) => names.has(nameOf(ref)));
  const found = new Set(roots);
  for (const ref of found) for (const next of edges.get(ref) ?? []) found.add(next);
  const missing = [...names].filter((name) => !roots.some((ref) => nameOf(ref) === name));
  if (missing.length > 0) throw new Error(`the bill has no ${missing.join(", ")}`);
  return {
    ...bill,
    components: bill.components.filter((component) => found.has(component["bom-ref"])),
    dependencies: bill.dependencies
      .filter(({ ref }) => ref === own || found.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: ref === own ? roots : dependsOn })),
  };
}

if (process.argv[1] === import.meta.filename) {
  const args = ["sbom", "--sbom-format=cyclonedx", "--sbom-type=library", "--package-lock-only"];
  const text = execFileSync("npm", args, { cwd: root, encoding: "utf8", maxBuffer: 1e8 });
  const names = new Set([...Object.keys(manifest.dependencies), ...BUNDLED]);
  /** @type {Parameters<typeof partOf>[0]} */
  const bill = JSON.parse(text);
  console.log(JSON.stringify(partOf(bill, names), null, 2));
}
