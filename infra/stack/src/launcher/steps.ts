/** Shows what happens, one line a step, with the seconds it took. */
export interface Steps {
  say(line: string): void;
  done(what: string, tookMs: number): void;
  /** Shows `what` when the work is done, with its time. Passes on the work's value and errors. */
  time<T>(what: string, work: () => Promise<T>): Promise<T>;
}

const WIDTH = 34;

export function createSteps(write: (line: string) => void = (line) => console.log(line)): Steps {
  const done = (what: string, tookMs: number) =>
    write(`✓ ${what.padEnd(WIDTH)} ${(tookMs / 1000).toFixed(1).padStart(5)} s`);
  return {
    say: write,
    done,
    async time(what, work) {
      const began = performance.now();
      const value = await work();
      done(what, performance.now() - began);
      return value;
    },
  };
}
