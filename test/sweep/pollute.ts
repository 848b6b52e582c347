import { createApp } from "./adapters.js";
import { recordOf, recordText } from "./record.js";
import { allSubjects, createScene, type Scene } from "./scene.js";

/** Results of a run: a title and a result for each call, and the audit events. */
export type RunResults = readonly (readonly [title: string, result: unknown])[];

const app = createApp();

/** Calls every function, on an existing scene or on a new one. */
export async function callAll(ready?: Scene): Promise<RunResults> {
  const seen: [string, unknown][] = [];
  try {
    const scene = ready ?? createScene();
    scene.events.length = 0;
    for (const { title, row, call } of allSubjects(scene, app)) {
      for (const sample of row.samples) {
        try {
          seen.push([title, await call(...sample)]);
        } catch (error) {
          seen.push([title, error]);
        }
      }
    }
    return [...seen, ...scene.events.map((event) => ["audit", event] as const)];
  } catch (error) {
    return [...seen, ["start", error]];
  }
}

/** Returns the results as texts, for each title in the order of the calls. */
export function linesOf(seen: RunResults): ReadonlyMap<string, readonly string[]> {
  const lines = new Map<string, string[]>();
  for (const [title, result] of seen) {
    const list = lines.get(title) ?? [];
    lines.set(title, list);
    list.push(recordText(recordOf(result)));
  }
  return lines;
}

/** Returns the titles whose results differ from those of a clean process. */
export function differingTitles(
  clean: ReadonlyMap<string, readonly string[]>,
  seen: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const titles = new Set([...clean.keys(), ...seen.keys()]);
  return [...titles].filter(
    (title) => JSON.stringify(clean.get(title)) !== JSON.stringify(seen.get(title)),
  );
}
