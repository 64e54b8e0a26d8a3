import {
  coerceInputValue,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { RequestRefused } from '../errors/requestRefused.js';
import { type QueryParameter, readQueryString } from './queryString.js';
import { type TextReader, textReader, Unreadable } from './textReaders.js';

/** The variable that the header `Idempotency-Key` is. */
export const IDEMPOTENCY_VARIABLE = 'idempotencyKey';
export const IDEMPOTENCY_HEADER = 'Idempotency-Key';

/** A variable of an operation that has a route. */
export interface InputVariable {
  readonly name: string;
  readonly type: GraphQLInputType;
  /** Whether it has to be given: not null, without a default. */
  readonly required: boolean;
  /** Whether it is a parameter of the path. */
  readonly inPath: boolean;
  /** How it is read from a path or a query string; undefined: it comes in the body alone. */
  readonly text: TextReader | undefined;
}

/** What a request gives, as it came. */
export interface Given {
  /** The parameters of the path, decoded. */
  readonly path: Readonly<Record<string, string | undefined>>;
  /** The query string, without the question mark. */
  readonly query: string;
  /** The body, parsed; undefined where there is none. */
  readonly body: unknown;
  readonly idempotencyKey: string | undefined;
}

/** Makes the variables of a request. Throws `RequestRefused` BAD_USER_INPUT with every fault and its place. */
export type ReadInputs = (given: Given) => Record<string, unknown>;

const MOST_FAULTS = 50;
/** The words of graphql have the value in them. */
const LONGEST_DETAIL = 500;
const CONTROL_CHARACTER = /\p{Cc}/u;

interface Fault {
  readonly detail: string;
  readonly parameter?: string;
  readonly pointer?: string;
  readonly header?: string;
}

/** The variables of an operation, in their order; undefined when the schema does not have one of their types. */
export function inputVariables(
  { variableDefinitions = [] }: OperationDefinitionNode,
  schema: GraphQLSchema,
  pathParameters: readonly string[],
): InputVariable[] | undefined {
  const variables: InputVariable[] = [];
  for (const { variable, type: node, defaultValue } of variableDefinitions) {
    const type = typeFromAST(schema, node as Parameters<typeof typeFromAST>[1]);
    if (!type || !isInputType(type)) return undefined;
    const name = variable.name.value;
    variables.push({
      name,
      type,
      required: isNonNullType(type) && defaultValue === undefined,
      inPath: pathParameters.includes(name),
      text: textReader(type),
    });
  }
  return variables;
}

/**
 * Makes what reads the variables of an operation from requests, by their names: from the path, the query string (what has a text), the members of the body, and `Idempotency-Key`. What is given twice, unknown, missing
 * or no value of its type is refused, all of it at once. `hasBody`: whether the route's method has one.
 */
export function compileInputs(variables: readonly InputVariable[], hasBody: boolean): ReadInputs {
  const byName = new Map(variables.map((each) => [each.name, each]));

  return ({ path, query, body, idempotencyKey }) => {
    const faults: Fault[] = [];
    const values = new Map<string, unknown>();
    for (const variable of variables) {
      if (variable.inPath) readPath(variable, path[variable.name] ?? '', values, faults);
    }
    for (const parameter of readQueryString(query)) readQuery(parameter, byName, values, faults);
    if (body !== undefined) readBody(body, byName, values, faults);
    if (idempotencyKey !== undefined && byName.has(IDEMPOTENCY_VARIABLE)) readKey(idempotencyKey, values, faults);
    for (const variable of variables) {
      if (variable.required && !values.has(variable.name)) faults.push(missing(variable, hasBody));
    }
    if (faults.length > 0) throw refused(faults);
    return Object.fromEntries([...values].filter(([, value]) => !(value instanceof Unreadable)));
  };
}

function readPath({ name, text }: InputVariable, given: string, values: Map<string, unknown>, faults: Fault[]): void {
  const value = text ? readText(text, given) : new Unreadable('cannot stand in a path');
  if (value instanceof Unreadable) faults.push({ parameter: name, detail: `"${name}" in the path ${value.reason}.` });
  // What could not be read was given all the same.
  values.set(name, value);
}

function readQuery(
  { name, texts, items, broken }: QueryParameter,
  byName: ReadonlyMap<string, InputVariable>,
  values: Map<string, unknown>,
  faults: Fault[],
): void {
  const fault = (reason: string) => faults.push({ parameter: name, detail: `"${shortened(name)}" ${reason}.` });
  const variable = byName.get(name);
  if (!variable) return void fault('is no parameter of this operation');
  if (values.has(name)) return void fault('is given in the path already');
  values.set(name, new Unreadable(''));
  const { text } = variable;
  if (broken) return void fault('is not encoded as UTF-8 with percent signs');
  if (!text) return void fault('can only be given in the body');
  if (!text.list && texts.length > 1) return void fault('is given more than once');
  const read = text.list ? items.map((each) => readText(text, each)) : [readText(text, texts[0] ?? '')];
  const unreadable = read.find((each) => each instanceof Unreadable);
  if (unreadable) return void fault(unreadable.reason);
  values.set(name, text.list ? read : read[0]);
}

function readText({ read }: TextReader, text: string): unknown {
  return CONTROL_CHARACTER.test(text) ? new Unreadable('has a control character in it') : read(text);
}

function readBody(
  body: unknown,
  byName: ReadonlyMap<string, InputVariable>,
  values: Map<string, unknown>,
  faults: Fault[],
): void {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    faults.push({ pointer: '#', detail: 'The body has to be a JSON object.' });
    return;
  }
  for (const [name, value] of Object.entries(body)) {
    const pointer = pointerTo([name]);
    const variable = byName.get(name);
    if (!variable) faults.push({ pointer, detail: `"${shortened(name)}" is no member of this operation's body.` });
    else if (values.has(name)) {
      const where = variable.inPath ? 'path' : 'query string';
      faults.push({ pointer, detail: `"${name}" is given in the ${where} already.` });
    } else {
      values.set(name, value);
      checkValue(variable, value, faults);
    }
    if (faults.length >= MOST_FAULTS) return;
  }
}

function checkValue({ name, type }: InputVariable, value: unknown, faults: Fault[]): void {
  coerceInputValue(
    value,
    type,
    (path, _value, { message }) => {
      // Else a long list with as many faults would be walked to its end.
      if (faults.length >= MOST_FAULTS) throw refused(faults);
      faults.push({ pointer: pointerTo([name, ...path]), detail: shortened(message, LONGEST_DETAIL) });
    },
    true,
  );
}

function readKey(key: string, values: Map<string, unknown>, faults: Fault[]): void {
  const inBody = values.get(IDEMPOTENCY_VARIABLE);
  if (inBody !== undefined && inBody !== null && inBody !== key) {
    const detail = `${IDEMPOTENCY_HEADER} and "${IDEMPOTENCY_VARIABLE}" differ. Give one of them.`;
    faults.push({ header: IDEMPOTENCY_HEADER, detail });
  }
  values.set(IDEMPOTENCY_VARIABLE, key);
}

function missing({ name, text }: InputVariable, hasBody: boolean): Fault {
  if (name === IDEMPOTENCY_VARIABLE) {
    const detail = `This operation needs the header ${IDEMPOTENCY_HEADER}: a key of your own for each new request, and the same one when you send it again.`;
    return { header: IDEMPOTENCY_HEADER, detail };
  }
  if (hasBody || !text) return { pointer: pointerTo([name]), detail: `"${name}" has to be given.` };
  return { parameter: name, detail: `"${name}" has to be given.` };
}

/** A JSON Pointer (RFC 6901) as the fragment of a URL, as RFC 9457 shows it. */
function pointerTo(steps: readonly (string | number)[]): string {
  return `#${steps.map((step) => `/${shortened(String(step)).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`;
}

function shortened(text: string, longest = 100): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function refused(faults: readonly Fault[]): RequestRefused {
  const [first] = faults;
  const message = faults.length === 1 && first ? first.detail : 'Correct what the errors name.';
  return new RequestRefused('BAD_USER_INPUT', message, {
    errors: faults.slice(0, MOST_FAULTS).map(({ detail, ...place }) => ({
      message: detail,
      extensions: { code: 'BAD_USER_INPUT', ...place },
    })),
  });
}
