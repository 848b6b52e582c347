/** A time without a change, after which something is done. */
export interface Delay {
  /** Starts the time again. Only the last action is done. */
  restart(action: () => void): void;
  isRunning(): boolean;
  stop(): void;
}

/**
 * Creates a delay that does not run.
 *
 * @param time - in milliseconds
 */
export function createDelay(time: number): Delay {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  return {
    restart(action) {
      stop();
      timer = setTimeout(() => {
        timer = undefined;
        action();
      }, time);
    },
    isRunning: () => timer !== undefined,
    stop,
  };
}
