// Runs catalogues and prints the results.
import { fileURLToPath } from "node:url";
import { buildPolicy } from "./build.js";
import { type Catalogue, readCatalogue, scopesOf } from "./catalogue.js";
import { checkAll } from "./checks.js";
import { LIBRARY, type Load } from "./engine.js";
import { readSources, type Source, SourceError } from "./source.js";
import { type Counts, closingLine, createTally, type Tally } from "./tally.js";
import { checkVectors } from "./vectors.js";

const COPIES = fileURLToPath(new URL("../copies", import.meta.url));

/**
 * Checks files and directories, by default the copies in the repository. Returns the exit code: 0, 1 for a failed check, 2 for
 * an argument that is not a catalogue.
 */
export async function runCatalogues(
  paths: readonly string[],
  print: (line: string) => void,
  load: Load = LIBRARY,
): Promise<number> {
  try {
    const sources = await readSources(paths.length > 0 ? paths : [COPIES]);
    let total: Counts = { passed: 0, failed: 0, skipped: 0 };
    for (const source of sources) {
      const { head, tally } = checkSource(source, load);
      const { passed, failed, skipped } = tally.counts;
      print(`${head}: ${closingLine(tally.counts)}`);
      for (const line of tally.lines) print(line);
      total = {
        passed: total.passed + passed,
        failed: total.failed + failed,
        skipped: total.skipped + skipped,
      };
    }
    print(closingLine(total));
    return total.failed > 0 ? 1 : 0;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    print(`catalogues: ${error.message}`);
    return 2;
  }
}

function checkSource(source: Source, load: Load): { readonly head: string; readonly tally: Tally } {
  const tally = createTally();
  const catalogue = readCatalogue(source, tally);
  checkCatalogue(catalogue, load, tally);
  if (catalogue.templates.length > 0) checkCatalogue(templatesOf(catalogue), load, tally);
  checkVectors(catalogue.vectors, load, tally);
  const { scopes, operations, templates, vectors } = catalogue;
  const sizes = [
    `${scopes.size} scopes`,
    `${operations.length + templates.length} operations`,
    `${vectors.length} vectors`,
  ];
  return { head: `${source.name} (${sizes.join(", ")})`, tally };
}

function checkCatalogue(catalogue: Catalogue, load: Load, tally: Tally): void {
  const built = buildPolicy(catalogue, load, tally);
  if (built !== undefined) checkAll(built, tally);
}

/** Returns the operations with templates, with their scopes alone: the catalogue declares instances of them. */
function templatesOf({ templates }: Catalogue): Catalogue {
  const names = new Set(templates.flatMap(scopesOf));
  const scopes = [...names].map((name) => ({ name, description: undefined, isReserved: false }));
  return {
    scopes: new Map(scopes.map((scope) => [scope.name, scope])),
    operations: templates,
    implies: new Map(),
    templates: [],
    roles: new Map(),
    vectors: [],
  };
}
