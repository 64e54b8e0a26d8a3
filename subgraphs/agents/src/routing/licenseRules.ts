import type { LicenseStatus, Line, LineOfAuthority } from './vocabulary.js';

export interface License {
  readonly state: string;
  readonly lineOfAuthority: LineOfAuthority;
  /** First and last day on which it holds, `YYYY-MM-DD`. */
  readonly effective: string;
  readonly expires: string;
  readonly status: LicenseStatus;
}

/** For each line the sets of authorities of which one must be held wholly (domain reference, "agents", License). */
export const neededAuthorities: Readonly<Record<Line, readonly (readonly LineOfAuthority[])[]>> = {
  AUTO: [['PERSONAL_LINES'], ['PROPERTY', 'CASUALTY']],
  HOME: [['PERSONAL_LINES'], ['PROPERTY', 'CASUALTY']],
  RENTERS: [['PERSONAL_LINES'], ['PROPERTY', 'CASUALTY']],
  LIFE: [['LIFE']],
  HEALTH: [['ACCIDENT_HEALTH']],
  MEDICARE: [['ACCIDENT_HEALTH']],
  COMMERCIAL: [['PROPERTY', 'CASUALTY']],
};

/** Whether the licences allow selling `line` in `state` on `day` (`YYYY-MM-DD`, both ends of a licence's term included). */
export function isLicensed(licenses: readonly License[], sale: { line: Line; state: string; day: string }): boolean {
  const held = new Set(
    licenses
      .filter(
        (license) =>
          license.status === 'ACTIVE' &&
          license.state === sale.state &&
          license.effective <= sale.day &&
          sale.day <= license.expires,
      )
      .map((license) => license.lineOfAuthority),
  );
  return neededAuthorities[sale.line].some((set) => set.every((authority) => held.has(authority)));
}
