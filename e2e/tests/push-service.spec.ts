// The push service that the other tests believe: it reads what an independent sender sends, and refuses what is wrong.
import { expect, test } from '@playwright/test';
import { createHmac } from 'node:crypto';
import { OtherPushService } from '../lib/other-push.ts';
import { type Device, PushService } from '../lib/push.ts';
import { freePort } from '../lib/processes.ts';
import { Sender } from '../lib/sender.ts';

test.describe.configure({ mode: 'default' });

let push: PushService;
const sender = new Sender();

test.beforeAll(async () => {
  push = await PushService.start();
});
test.afterAll(() => push?.stop());

const lastOf = async (device: Device) => (await push.ledger(device)).at(-1)!;

test('what is right is accepted, decrypted and noted', async () => {
  const device = await push.subscribe(sender.key);
  const answer = await sender.send(device, 'Tidy references', { ttl: 90, topic: 'abc' });
  expect(answer.status).toBe(201);
  expect(answer.headers.get('location')).toContain(push.origin);
  expect(answer.headers.get('ttl')).toBe('90');
  const delivery = await lastOf(device);
  expect(delivery).toMatchObject({ faults: [], text: 'Tidy references', answer: 201, message: 'acknowledged' });
  expect(delivery.headers).toMatchObject({ ttl: '90', topic: 'abc', 'content-encoding': 'aes128gcm' });
  expect(delivery.vapid).toMatchObject({ aud: push.origin, sub: 'mailto:tests@daymark.example', key: sender.key });
  expect(Math.abs(delivery.at - Date.now())).toBeLessThan(60_000);
});

/** Puts other claims into the token, without signing it anew. */
const claiming = (more: object) => (headers: Record<string, string>) => {
  headers['Authorization'] = headers['Authorization']!.replace(/\.([^.]+)\./, (_, claims: string) => {
    const all = { ...(JSON.parse(Buffer.from(claims, 'base64url').toString()) as object), ...more };
    return `.${Buffer.from(JSON.stringify(all)).toString('base64url')}.`;
  });
};

const WRONG: [string, number, RegExp, (headers: Record<string, string>) => void][] = [
  ['no TTL', 400, /TTL/, (headers) => delete headers['TTL']],
  ['an urgency that there is not', 400, /Urgency/, (headers) => (headers['Urgency'] = 'soon')],
  ['a topic that is too long', 400, /Topic/, (headers) => (headers['Topic'] = 'x'.repeat(33))],
  ['another coding', 415, /aes128gcm/, (headers) => (headers['Content-Encoding'] = 'aesgcm')],
  ['no token', 401, /no vapid/, (headers) => delete headers['Authorization']],
  ['a token for elsewhere', 401, /signature/, claiming({ aud: 'https://push.example' })],
  [
    'a token that anybody could have signed',
    401,
    /ES256/,
    (headers) => {
      const [, token, key] = /t=([^,]+), ?k=(.+)/.exec(headers['Authorization']!)!;
      const signed = `${Buffer.from('{"typ":"JWT","alg":"HS256"}').toString('base64url')}.${token!.split('.')[1]}`;
      headers['Authorization'] = `vapid t=${signed}.${createHmac('sha256', key!).update(signed).digest('base64url')}, k=${key}`;
    },
  ],
];

for (const [what, status, fault, change] of WRONG) {
  test(`refused: ${what}`, async () => {
    const device = await push.subscribe(sender.key);
    const answer = await sender.send(device, 'text', { change });
    expect(answer.status).toBe(status);
    const delivery = await lastOf(device);
    expect(delivery.faults.join()).toMatch(fault);
    expect(delivery.message).toBeUndefined();
  });
}

test('refused: claims that are signed, but wrong', async () => {
  const device = await push.subscribe();
  const right = { aud: push.origin, exp: Math.floor(Date.now() / 1000) + 3600 };
  for (const [claims, fault] of [
    [{ aud: 'https://push.example' }, /aud is/],
    [{ exp: right.exp + 24 * 3600 }, /more than a day/],
    [{ exp: right.exp - 3601 }, /has passed/],
    [{ sub: 'http://localhost:4000' }, /neither mailto/],
  ] as const) {
    const authorization = sender.authorization({ ...right, ...claims });
    expect((await sender.send(device, 'text', { change: (headers) => (headers['Authorization'] = authorization) })).status).toBe(401);
    expect((await lastOf(device)).faults.join()).toMatch(fault);
  }
  const answer = await sender.send(device, 'text', { change: (headers) => (headers['Authorization'] = sender.authorization(right)) });
  expect(answer.status, 'and one that is right').toBe(201);
});

test('refused: another sender, and a text for another device', async () => {
  const device = await push.subscribe(sender.key);
  expect((await new Sender().send(device, 'text')).status).toBe(403);
  const other = await push.subscribe(sender.key);
  expect((await sender.send({ ...device, keys: other.keys }, 'text')).status).toBe(400);
  expect((await lastOf(device)).faults.join()).toMatch(/cannot be decrypted/);
});

test('what has ended is gone, what never was is not found', async () => {
  const device = await push.subscribe();
  await push.end(device);
  expect((await sender.send(device, 'text')).status).toBe(410);
  expect((await sender.send({ ...device, endpoint: `${push.origin}/push/none` }, 'text')).status).toBe(404);
});

test('answers as the script says, then as ever', async () => {
  const device = await push.subscribe();
  await push.script(device, { status: 429, retryAfter: '7' }, { status: 500 }, { instead: 'reset' }, { instead: 'reset', deliver: true });
  const busy = await sender.send(device, 'one');
  expect([busy.status, busy.headers.get('retry-after')]).toEqual([429, '7']);
  expect((await sender.send(device, 'two')).status).toBe(500);
  for (const text of ['three', 'four']) await expect(sender.send(device, text)).rejects.toThrow();
  expect((await sender.send(device, 'five')).status).toBe(201);
  const ledger = await push.ledger(device);
  expect(ledger.map(({ text, answer, message }) => [text, answer, message])).toEqual([
    ['one', 429, undefined],
    ['two', 500, undefined],
    ['three', 'reset', undefined],
    ['four', 'reset', 'acknowledged'],
    ['five', 201, 'acknowledged'],
  ]);
});

test('can be silent, or slow without end', async () => {
  const device = await push.subscribe();
  await push.script(device, { instead: 'stall' }, { instead: 'drip', everyMs: 20 });
  for (const answer of ['stall', 'drip']) {
    await expect(sender.send(device, 'text', { patienceMs: 1_000 })).rejects.toThrow(/timeout/i);
    expect((await lastOf(device)).answer).toBe(answer);
  }
});

test('one that others wrote agrees on what is right', async () => {
  const other = await OtherPushService.start('other-push-service', `http://localhost:${await freePort()}`);
  try {
    const device = await other.subscribe(sender.key);
    expect((await sender.send(device, 'Tidy references')).status).toBe(201);
    expect(await other.texts(device.clientHash)).toEqual(['Tidy references']);
    await other.end(device.clientHash);
    expect((await sender.send(device, 'text')).status).toBe(410);
  } finally {
    await other.stop();
  }
});
