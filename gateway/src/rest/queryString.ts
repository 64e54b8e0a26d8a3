/** A parameter of a query string: one text for each time that it stands there. */
export interface QueryParameter {
  readonly name: string;
  /** Decoded. */
  readonly texts: readonly string[];
  /** Decoded after it was split at its commas: one that is to be part of a value is written `%2C`. */
  readonly items: readonly string[];
  /** Whether something of it could not be decoded. */
  readonly broken: boolean;
}

interface Collected {
  readonly texts: string[];
  readonly items: string[];
  broken: boolean;
}

/** Reads a query string (application/x-www-form-urlencoded), without the question mark. Parameters in the order in which they first stand. */
export function readQueryString(text: string): QueryParameter[] {
  const byName = new Map<string, Collected>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const rawName = equals < 0 ? pair : pair.slice(0, equals);
    const rawValue = equals < 0 ? '' : pair.slice(equals + 1);
    const name = decoded(rawName) ?? rawName;
    let parameter = byName.get(name);
    if (!parameter) {
      parameter = { texts: [], items: [], broken: decoded(rawName) === undefined };
      byName.set(name, parameter);
    }
    const value = decoded(rawValue);
    if (value === undefined) {
      parameter.broken = true;
      continue;
    }
    parameter.texts.push(value);
    for (const item of rawValue.split(',')) parameter.items.push(decoded(item) ?? item);
  }
  return [...byName].map(([name, parameter]) => ({ name, ...parameter }));
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
