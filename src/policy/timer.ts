import { runtime } from "./runtime.js";

/** Starts a timer that does not keep the process alive. Returns the function that stops it. */
export function startTimer(milliseconds: number, run: () => void): () => void {
  const timer = runtime.setTimeout(run, milliseconds);
  (timer as { readonly unref?: () => void }).unref?.();
  return () => runtime.clearTimeout(timer);
}
