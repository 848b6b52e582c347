import { createEvaluator } from "./evaluator.js";
import { createPage, readPage, showPart, writePage } from "./page.js";
import { sharedState, shareState } from "./share.js";
import type { PlaygroundState } from "./state.js";

/** Time in milliseconds without a change after which the state is evaluated. */
const QUIET_TIME = 300;

/** The example that is loaded first. */
const FIRST = "loopwise";

/** Draws the playground into an element and starts it. Returns a function that stops it: call it before you remove the element. */
export function mount(parent: HTMLElement): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const evaluateSoon = () => {
    clearTimeout(timer);
    page.results.setBusy(true);
    timer = setTimeout(() => {
      timer = undefined;
      evaluator.evaluate(readPage(page));
    }, QUIET_TIME);
  };
  const page = createPage({
    onChange: evaluateSoon,
    onLink: () => void shareState(readPage(page), page.toolbar),
  });
  const load = (state: PlaygroundState | undefined) => {
    if (state === undefined) return;
    writePage(page, state);
    evaluateSoon();
  };
  const loadLink = async (otherwise?: PlaygroundState) => {
    load((await sharedState(page.toolbar)) ?? otherwise);
  };
  const evaluator = createEvaluator({
    onReady({ presets, schema }) {
      page.policy.editor.completeFrom(schema);
      page.toolbar.listExamples(presets, load);
      void loadLink(presets[FIRST]);
    },
    onStart: () => page.results.wait(),
    onPart: (part) => showPart(page, part),
    onEnd(stopped) {
      page.results.setBusy(timer !== undefined || evaluator.isBusy());
      if (stopped === undefined) return;
      page.toolbar.report(stopped);
      page.results.stop(stopped);
    },
  });
  const onHashChange = () => void loadLink();
  globalThis.addEventListener("hashchange", onHashChange);
  parent.replaceChildren(page.element);
  return () => {
    globalThis.removeEventListener("hashchange", onHashChange);
    clearTimeout(timer);
    evaluator.close();
    page.policy.editor.close();
  };
}
