/** A watch that stops a stream when its token is no longer valid or sufficient. */
export interface StreamWatch {
  /** Ends the watch, without stopping the stream. */
  readonly end: () => void;
}

/** The member of Node's timers that lets the process exit while a stream is open. */
interface NodeTimer {
  readonly unref?: () => unknown;
}

/** Checks at intervals, and when the token expires, whether a stream may continue. Calls `stop` once if it may not. */
export function recheckStream(
  mayContinue: () => Promise<boolean>,
  exp: number | undefined,
  everySeconds: number,
  stop: () => void,
): StreamWatch {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  const end = () => {
    isOver = true;
    clearTimeout(timer);
  };
  const look = async () => {
    const isGood = await mayContinue().catch(() => false);
    if (isOver) return;
    if (isGood) schedule();
    else {
      end();
      stop();
    }
  };
  const schedule = () => {
    const left = exp === undefined ? Number.POSITIVE_INFINITY : exp * 1_000 - Date.now() + 1;
    // a verifier with clock tolerance may accept a token after its `exp`: from then on, only the interval counts
    const wait = Math.min(everySeconds * 1_000, left > 0 ? left : Number.POSITIVE_INFINITY);
    timer = setTimeout(() => void look(), wait);
    (timer as NodeTimer).unref?.();
  };
  schedule();
  return { end };
}

/** Returns a body that ends when its watch stops it. */
export function watchedBody(
  body: ReadableStream<Uint8Array>,
  start: (stop: () => void) => StreamWatch,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let watch: StreamWatch | undefined;
  return new ReadableStream<Uint8Array>({
    start: (controller) => {
      watch = start(() => {
        controller.close();
        reader.cancel().catch(() => undefined);
      });
    },
    pull: async (controller) => {
      try {
        const { done, value } = await reader.read();
        if (done) {
          watch?.end();
          controller.close();
        } else controller.enqueue(value);
      } catch (error) {
        watch?.end();
        controller.error(error);
      }
    },
    cancel: (reason) => {
      watch?.end();
      return reader.cancel(reason);
    },
  });
}
