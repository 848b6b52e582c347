import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Corpus, CorpusError, readCorpus } from "./corpus.js";
import { closingLine, countsOf, describe } from "./report.js";
import { type JudgedCase, judgeAll } from "./run.js";
import { createServers } from "./servers.js";

const OWN = fileURLToPath(new URL("../corpus.json", import.meta.url));

/** Reads the given corpora; without arguments, the corpus of the project. Throws {@link CorpusError}. */
export async function readCorpora(files: readonly string[]): Promise<readonly Corpus[]> {
  const corpora: Corpus[] = [];
  for (const file of files.length > 0 ? files : [OWN]) {
    let text: string;
    try {
      text = await readFile(file, "utf8");
    } catch {
      throw new CorpusError(`${file}: no such file, or it cannot be read`);
    }
    corpora.push(readCorpus(text, file));
  }
  return corpora;
}

/** Runs and judges every case of several corpora. */
export async function judgeCorpora(corpora: readonly Corpus[]): Promise<readonly JudgedCase[]> {
  const servers = createServers();
  try {
    const judged: JudgedCase[] = [];
    for (const corpus of corpora) judged.push(...(await judgeAll(corpus, servers)));
    return judged;
  } finally {
    await servers.close();
  }
}

/** Runs files and prints the results. Returns the exit code: 0, 1 for a failed case, 2 for a file that is not a corpus. */
export async function runFiles(
  files: readonly string[],
  print: (line: string) => void,
): Promise<number> {
  try {
    const judged = await judgeCorpora(await readCorpora(files));
    const counts = countsOf(judged);
    for (const line of describe(judged)) print(line);
    print(closingLine(counts));
    return counts.failed > 0 ? 1 : 0;
  } catch (error) {
    if (!(error instanceof CorpusError)) throw error;
    print(`attacks: ${error.message}`);
    return 2;
  }
}
