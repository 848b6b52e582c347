import type { LoggedEvent } from "scope-policy/store";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createContext } from "../attacks/harness/context.js";
import type { AttackCase, Corpus } from "../attacks/harness/corpus.js";
import { readCorpora } from "../attacks/harness/main.js";
import { judge } from "../attacks/harness/run.js";
import { createServers } from "../attacks/harness/servers.js";
import { titled } from "../titled.js";
import type { Backend, TestDatabase } from "./backend.js";
import { CORPUS_ROWS, isOfStore, NOT_EXPRESSED } from "./corpus-rows.js";
import { openStoreKeeper, type StoreKeeper } from "./store-keeper.js";

const [CORPUS] = (await readCorpora([])) as [Corpus];

const CASES: ReadonlyMap<string, AttackCase> = new Map(
  CORPUS.cases.map((attack) => [attack.id, attack]),
);

function caseOf(id: string): AttackCase {
  const attack = CASES.get(id);
  if (attack === undefined) throw new Error(`the corpus has no case ${id}`);
  return attack;
}

/** Runs the cases of the corpus about revocation, audit, sequences and earlier consents with their state in a store. */
export function describeCorpus(name: string, backend: () => Backend): void {
  describe(`the attacks of the corpus, with their state in ${name}`, () => {
    const servers = createServers();
    afterAll(() => servers.close());
    let database: TestDatabase;
    let keeper: StoreKeeper;
    const open = async () => {
      database = await backend().create();
      keeper = await openStoreKeeper(database);
    };
    const close = async () => {
      await keeper.close();
      await database.close();
    };
    describe.each(titled(CORPUS_ROWS))("%s", (_title, { ids, isShared, logged }) => {
      if (isShared) {
        beforeAll(open);
        afterAll(close);
      } else {
        beforeEach(open);
        afterEach(close);
      }
      it.each(titled(ids.map(caseOf), ({ id, why }) => `${id}: ${why}`))(
        "%s",
        async (_why, attack) => {
          const kept = keeper.ofCase();
          const context = createContext(attack, CORPUS, new Map(), kept);
          expect(await judge(context, servers)).toEqual({ kind: "passed" });
          const calls = (await kept.lines()).map(
            (line) => (JSON.parse(line) as LoggedEvent).allowed,
          );
          expect(logged === undefined ? calls.length === 0 : calls.includes(logged(attack))).toBe(
            true,
          );
        },
      );
    });
  });
}

/** Checks that every case of the corpus that has to do with a store has a row. */
export function describeCorpusRows(): void {
  describe("the cases of the corpus about revocation, audit, sequences and earlier consents", () => {
    it("have one row each: they run, or the row says why not", () => {
      const rows = [...CORPUS_ROWS.flatMap(({ ids }) => ids), ...Object.keys(NOT_EXPRESSED)];
      const cases = CORPUS.cases.filter(isOfStore).map(({ id }) => id);
      expect([...rows].sort()).toEqual(cases.sort());
    });
  });
}
