// The push resource of RFC 8030: what a sender posts to.
import ece from 'http_ece';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readAll } from './body.ts';
import type { Delivery, Scripted, Store, Subscription } from './store.ts';
import { checkVapid } from './vapid.ts';

/** The size that every push service takes (RFC 8030, 7.2), and Mozilla's takes no more. */
const LARGEST = 4096;

interface Judged {
  faults: string[];
  /** The status that the first fault is answered with. */
  status: number;
  vapid?: Delivery['vapid'];
  text?: string;
}

/** Holds a request against the RFCs: the head against 8030 and 8292, the body against 8188 and 8291. */
function judge(subscription: Subscription, headers: IncomingMessage['headers'], body: Buffer, origin: string): Judged {
  const judged: Judged = { faults: [], status: 201 };
  const fault = (status: number, what: string) => {
    if (judged.faults.push(what) === 1) judged.status = status;
  };
  const one = (name: string) => headers[name]?.toString();

  if (!/^\d{1,10}$/.test(one('ttl') ?? '')) fault(400, 'no TTL in seconds');
  if (!/^(very-low|low|normal|high)$/.test(one('urgency') ?? 'normal')) fault(400, `unknown Urgency ${one('urgency')}`);
  if (!/^[A-Za-z0-9_-]{1,32}$/.test(one('topic') ?? 'none')) fault(400, `bad Topic ${one('topic')}`);
  try {
    judged.vapid = checkVapid(one('authorization'), origin, Date.now());
    if (subscription.key !== undefined && judged.vapid.key !== subscription.key) fault(403, 'signed with another key than it subscribed with');
  } catch (error) {
    fault(401, (error as Error).message);
  }

  if (body.length > LARGEST) fault(413, `${body.length} bytes are more than ${LARGEST}`);
  if (body.length > 0) {
    if (one('content-encoding') !== 'aes128gcm') fault(415, `Content-Encoding is ${one('content-encoding')}, not aes128gcm`);
    // A salt, a record's size, and a key: an uncompressed point of P-256.
    else if (body.length < 16 + 4 + 1 + 65 + 17 || body[20] !== 65 || body[21] !== 4) fault(400, 'the body does not begin as RFC 8291 has it');
    else if (subscription.device) {
      const { ecdh, auth } = subscription.device;
      try {
        judged.text = ece.decrypt(body, { version: 'aes128gcm', privateKey: ecdh, authSecret: auth.toString('base64url') }).toString();
      } catch (error) {
        fault(400, `it cannot be decrypted: ${(error as Error).message}`);
      }
    }
  }
  return judged;
}

/** Sends on what a script says instead of an answer. */
function misbehave(response: ServerResponse, { instead, everyMs = 1_000 }: Scripted): void {
  const socket = response.socket!;
  if (instead === 'reset') socket.resetAndDestroy();
  if (instead !== 'drip') return;
  const text = 'HTTP/1.1 201 Created\r\nContent-Length: 0\r\nX-Slow: '.padEnd(10_000, 'x');
  let sent = 0;
  const drip = setInterval(() => socket.write(text[sent++ % text.length]!), everyMs);
  socket.once('close', () => clearInterval(drip));
}

/** Takes one message: notes it in the ledger, answers as it must or as the script says, and hands it on with `deliver`. */
export async function takeMessage(
  store: Store,
  subscription: Subscription,
  origin: string,
  request: IncomingMessage,
  response: ServerResponse,
  deliver: (subscription: Subscription) => void,
): Promise<void> {
  const at = Date.now();
  const body = await readAll(request, 2 * LARGEST);
  const judged = judge(subscription, request.headers, body, origin);
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const { faults, vapid, text } = judged;
  const delivery = store.note({ at, subscription: subscription.id, headers, body: body.toString('base64'), faults, vapid, text });

  const scripted = subscription.script.shift();
  const status = scripted?.status ?? (subscription.gone ? 410 : judged.status);
  const accepted = faults.length === 0 && !subscription.gone && (scripted?.instead ? scripted.deliver : status === 201);
  if (accepted) {
    const ttl = Number(request.headers.ttl);
    const kept = store.keep({ subscription, body, ttl, topic: request.headers.topic?.toString(), delivery });
    // A device of our own has it at once.
    if (subscription.device) store.close(kept, 'acknowledged');
    else deliver(subscription);
    if (scripted?.instead === undefined) response.setHeader('Location', `${origin}/message/${kept.id}`).setHeader('TTL', String(ttl));
  }
  delivery.answer = scripted?.instead ?? status;
  if (scripted?.instead) return misbehave(response, scripted);
  if (scripted?.retryAfter !== undefined) response.setHeader('Retry-After', scripted.retryAfter);
  response.writeHead(status).end(faults.join('\n'));
}
