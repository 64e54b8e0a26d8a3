import { headers, type JetStreamClient, type JetStreamManager, JSONCodec, type JsMsg, type MsgHdrs } from 'nats';
import { ORDER_KEY_HEADER, REQUEST_ID_HEADER } from './relay.js';
import { DEAD_LETTERS } from './streams.js';

const HEADER = {
  reason: 'leadgraph-reason',
  attempts: 'leadgraph-attempts',
  diedAt: 'leadgraph-died-at',
} as const;

/** A message that a subgraph's consumer could not handle. */
export interface DeadLetter {
  sequence: number;
  /** The subgraph that gave up on it. */
  consumer: string;
  subject: string;
  reason: string;
  attempts: number;
  diedAt: string;
  message: unknown;
}

const codec = JSONCodec<unknown>();

/** Puts a message aside for one consumer, with the reason. Throws when NATS does not confirm it: then it must be redelivered. */
export async function buryMessage(
  jetStream: JetStreamClient,
  letter: { consumer: string; message: JsMsg; subject: string; reason: string; attempts: number },
): Promise<void> {
  const head = copyHeaders(letter.message.headers);
  head.set(HEADER.reason, oneLine(letter.reason));
  head.set(HEADER.attempts, String(letter.attempts));
  head.set(HEADER.diedAt, new Date().toISOString());
  await jetStream.publish(`dead-letters.${letter.consumer}.${letter.subject}`, letter.message.data, {
    headers: head,
    msgID: `${letter.consumer}:${letter.message.info.stream}:${letter.message.seq}:${letter.attempts}`,
    timeout: 2_000,
  });
}

/** All dead letters, the oldest first; only those of one consumer if named. */
export async function listDeadLetters(manager: JetStreamManager, consumer?: string): Promise<DeadLetter[]> {
  const { state } = await manager.streams.info(DEAD_LETTERS);
  const letters: DeadLetter[] = [];
  for (let sequence = state.first_seq; sequence <= state.last_seq && state.messages > 0; sequence += 1) {
    const stored = await manager.streams.getMessage(DEAD_LETTERS, { seq: sequence }).catch(() => undefined);
    if (!stored) continue; // replayed or purged in between
    const [, owner = '', ...subject] = stored.subject.split('.');
    if (consumer !== undefined && owner !== consumer) continue;
    letters.push({
      sequence,
      consumer: owner,
      subject: subject.join('.'),
      reason: stored.header.get(HEADER.reason),
      attempts: Number(stored.header.get(HEADER.attempts)),
      diedAt: stored.header.get(HEADER.diedAt),
      message: decode(stored.data),
    });
  }
  return letters;
}

/** Sends a dead letter to its consumer once more and takes it off the list. The consumer's inbox still sees to once. */
export async function replayDeadLetter(
  jetStream: JetStreamClient,
  manager: JetStreamManager,
  sequence: number,
): Promise<void> {
  const stored = await manager.streams.getMessage(DEAD_LETTERS, { seq: sequence });
  const [, owner = '', ...subject] = stored.subject.split('.');
  await jetStream.publish(`replays.${owner}.${subject.join('.')}`, stored.data, {
    headers: copyHeaders(stored.header),
  });
  await manager.streams.deleteMessage(DEAD_LETTERS, sequence);
}

function copyHeaders(from: MsgHdrs | undefined): MsgHdrs {
  const head = headers();
  for (const name of [ORDER_KEY_HEADER, REQUEST_ID_HEADER]) {
    const value = from?.get(name);
    if (value) head.set(name, value);
  }
  return head;
}

function decode(data: Uint8Array): unknown {
  try {
    return codec.decode(data);
  } catch {
    return Buffer.from(data).toString('utf8');
  }
}

/** NATS headers are lines. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').slice(0, 500);
}
