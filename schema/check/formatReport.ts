import type { OperationVerdict, SchemaReport } from './checkSchema.ts';

const MOST_ADDED = 8;

/** The report as text for a terminal; `against` says what was compared with. */
export function formatReport(report: SchemaReport, against: string): string {
  const { broken, brokenBefore, breaking, dangerous, added, moved, rights, operations } = report;
  const sections = [
    section(`${count(broken, 'persisted operation')} would break:`, broken.flatMap(describeOperation)),
    section(
      `${count(breaking, 'breaking change')} of the API schema:`,
      breaking.flatMap(({ description, note, operations: users }) => [
        note ? `${description.replace(/\.$/, '')} (${note}).` : description,
        users.length > 0 ? `  used by ${namesOf(users)}` : '  no persisted operation uses it',
      ]),
    ),
    section(
      `${count(dangerous, 'change')} to look at:`,
      dangerous.map(({ description }) => description),
    ),
    section(
      `${count(rights, 'change')} of who may see what:`,
      rights.flatMap(({ coordinate, from, to, operations: users }) => [
        `${coordinate}: ${from || 'free'} → ${to || 'free'}`,
        users.length > 0 ? `  used by ${namesOf(users)}` : '  no persisted operation uses it',
      ]),
    ),
    section(
      `${count(moved, 'field')} moved to other subgraphs, unseen by clients:`,
      moved.map(({ coordinate, from, to }) => `${coordinate}: ${from.join(', ')} → ${to.join(', ')}`),
    ),
    section(`${count(added, 'addition')}:`, [
      ...added.slice(0, MOST_ADDED),
      ...(added.length > MOST_ADDED ? [`and ${added.length - MOST_ADDED} more`] : []),
    ]),
    section(
      `${count(brokenBefore, 'persisted operation')} did not fit the schema before either:`,
      brokenBefore.flatMap(describeOperation),
    ),
  ];
  return [`Compared with ${against}: ${summary(report)}`, ...sections.filter(Boolean), '']
    .join('\n')
    .trimEnd()
    .concat(operations === 0 ? '\nThere are no persisted operations.' : '');
}

function summary({ broken, breaking, dangerous, added, moved, rights, operations }: SchemaReport): string {
  if (broken.length > 0) return `of ${count(operations, 'persisted operation')} ${broken.length} would break.`;
  const works = `all ${count(operations, 'persisted operation')} work`;
  if (breaking.length > 0) return `${works}; what breaks is used by none of them.`;
  if (added.length + dangerous.length + moved.length + rights.length > 0) return `${works}; nothing breaks.`;
  return `${works}; the API schema is the same.`;
}

function describeOperation({ client, name, type, inTree, inBase, problems }: OperationVerdict): string[] {
  const where = inTree
    ? inBase
      ? ''
      : ', new'
    : ', not in the manifest any more, but clients that are out may call it';
  return [
    `${client}: ${type} ${name}${where}`,
    ...problems.map(({ file, line, column, message }) => `  ${file}:${line}:${column}  ${message}`),
  ];
}

function namesOf(operations: readonly { readonly client: string; readonly name: string }[]): string {
  const byClient = new Map<string, Set<string>>();
  for (const { client, name } of operations) byClient.set(client, (byClient.get(client) ?? new Set()).add(name));
  return [...byClient].map(([client, names]) => `${client} (${[...names].join(', ')})`).join(', ');
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : ['', title, ...lines.map((line) => `  ${line}`)].join('\n');
}

function count(what: number | readonly unknown[], noun: string): string {
  const number = typeof what === 'number' ? what : what.length;
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
