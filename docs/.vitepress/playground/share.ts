import { MAX_FRAGMENT, readFragment, writeFragment } from "./link.js";
import type { PlaygroundState } from "./state.js";
import type { Toolbar } from "./toolbar.js";

/** Writes a state into the address of the page, and copies that if the browser permits it. */
export async function shareState(state: PlaygroundState, toolbar: Toolbar): Promise<void> {
  const fragment = await writeFragment(state);
  if (fragment === undefined) {
    toolbar.notify(`no link: it would have more than ${MAX_FRAGMENT} characters`);
    return;
  }
  history.replaceState(history.state, "", `#${fragment}`);
  toolbar.showLink(location.href);
  const isCopied = await copy(location.href);
  toolbar.notify(isCopied ? "link copied" : "link selected: copy it");
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // no permission, or a page without a secure origin
  }
}

/** Returns the state in the address of the page, and reports a link that cannot be read; `undefined` without a state. */
export async function sharedState(toolbar: Toolbar): Promise<PlaygroundState | undefined> {
  const fragment = location.hash.slice(1);
  const state = await readFragment(fragment);
  if (state === undefined && /^[jz]\./.test(fragment)) toolbar.notify("the link cannot be read");
  return state;
}
