/**
 * Runs the latest of many calls: waits `delay` ms for a quieter moment, and aborts what an earlier call still does.
 * @param work  given a signal that says when its result is no longer wanted
 */
export function latest<A extends unknown[]>(
  delay: number,
  work: (signal: AbortSignal, ...args: A) => Promise<void>,
): { (...args: A): void; cancel(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: AbortController | undefined;
  const cancel = () => {
    clearTimeout(timer);
    running?.abort();
  };
  const call = (...args: A) => {
    cancel();
    timer = setTimeout(() => {
      const own = new AbortController();
      running = own;
      void work(own.signal, ...args);
    }, delay);
  };
  return Object.assign(call, { cancel });
}
