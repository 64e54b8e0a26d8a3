import { currentScope } from './requestScope.js';

/** Whose personal data it is. */
export interface Disclosing {
  readonly __typename: string;
  readonly key: string;
}

/**
 * Notes that a personal field of an entity is answered unmasked; the response says so in `extensions.disclosed`, from which the gateway makes audit records. Call it only where somebody other than the person gets the data.
 * `field` is a path from the entity (`contact.email`), never a value.
 */
export function disclose({ __typename, key }: Disclosing, field: string): void {
  const disclosed = currentScope()?.disclosed;
  if (!disclosed) return;
  const id = `${__typename} ${key}`;
  const entity = disclosed.get(id);
  if (entity) entity.fields.add(field);
  else disclosed.set(id, { __typename, key, fields: new Set([field]) });
}

/**
 * The object with its `personal` properties noted as disclosed once they are read: what is not selected of it is not disclosed. Nothing is where nothing is kept (null). `prefix`: the path of the object from the entity.
 */
export function disclosing<T extends object>(
  of: Disclosing,
  prefix: string,
  object: T,
  personal: readonly (keyof T & string)[],
): T {
  for (const name of personal) {
    const value = object[name];
    if (value === null || value === undefined) continue;
    const field = prefix === '' ? name : `${prefix}.${name}`;
    Object.defineProperty(object, name, {
      enumerable: true,
      configurable: true,
      get() {
        disclose(of, field);
        return value;
      },
    });
  }
  return object;
}
