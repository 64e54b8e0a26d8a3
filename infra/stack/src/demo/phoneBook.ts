import { type DemoState, demoStates } from './states.ts';

/** Reserved for fiction: 555-0100 to 555-0199 of each area code (NANPA). */
const NUMBERS_PER_AREA_CODE = 100;

/**
 * Deals out the fictional numbers of each state without repeating one before all are used. `slot` n of a state is a number that only the
 * n-th lead of this state gets; a later run of the demo begins at a later slot (`phoneOfRun`).
 */
export class PhoneBook {
  readonly #used = new Map<string, number>();

  /** The next number of the state, in one of the ways in which people write it. */
  next(state: DemoState, style: number): string {
    const slot = this.#used.get(state.code) ?? 0;
    this.#used.set(state.code, slot + 1);
    return written(numberAt(state, slot), style);
  }
}

/**
 * The number that the lead gets in the demo's run `run` (0 is the file itself): further on in the book of its state by more places than
 * the state has leads in one run of up to a thousand times `scale`, so runs share no number until the state's book is through. Numbers
 * that are not fictional ones of a state stay as they are.
 */
export function phoneOfRun(phone: string, run: number, scale = 1): string {
  const digits = phone.replaceAll(/\D/g, '').replace(/^1(?=\d{10}$)/, '');
  const match = /^(\d{3})55501(\d{2})$/.exec(digits);
  const state = match && stateOf.get(match[1] ?? '');
  if (!match || !state || run === 0) return phone;
  const size = state.areaCodes.length;
  const slot = Number(match[2]) * size + state.areaCodes.indexOf(match[1] ?? '');
  return `+1${numberAt(state, slot + run * scale * Math.max(10, state.weight * 5))}`;
}

const stateOf = new Map(demoStates.flatMap((state) => state.areaCodes.map((areaCode) => [areaCode, state] as const)));

function numberAt(state: DemoState, slot: number): string {
  const size = state.areaCodes.length;
  const areaCode = state.areaCodes[slot % size] ?? '';
  return `${areaCode}55501${String(Math.floor(slot / size) % NUMBERS_PER_AREA_CODE).padStart(2, '0')}`;
}

function written(digits: string, style: number): string {
  const [area, exchange, line] = [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6)];
  const styles = [
    `+1${digits}`,
    `(${area}) ${exchange}-${line}`,
    `${area}-${exchange}-${line}`,
    `${area}.${exchange}.${line}`,
    digits,
  ];
  return styles[style % styles.length] ?? digits;
}
