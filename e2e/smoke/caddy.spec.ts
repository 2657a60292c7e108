// The examples for Caddy in docs/operations.md, before the containers of production. Traefik is not to be had where only
// package registries are reached: what stands there for it is read by Docker Compose, in operations.spec.ts.
import { expect, test } from '@playwright/test';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { newCredentials } from '../lib/account.ts';
import { buildCaddy, Caddy, caddyExample } from '../lib/caddy.ts';
import { Compose, docker } from '../lib/docker.ts';
import { mint, today } from '../lib/planning.ts';
import { freePort } from '../lib/processes.ts';
import { CLIENT_FROM } from './clone.ts';

test.describe.configure({ mode: 'serial', timeout: 600_000 });

const PROJECT = `daymark-caddy-${process.pid}`;
const PLACES = [
  { heading: 'Behind a reverse proxy', host: 'day.example.org', path: '', cookie: /^__Host-daymark=[^;]+;.*Path=\/;/, below: '' },
  { heading: 'Under a path', host: 'example.org', path: '/day', cookie: /^__Secure-daymark=[^;]+;.*Path=\/day/, below: 'below a path' },
];

/** Stands for a second Daymark, and tells what it was asked. */
let other: Server;
let asked: IncomingMessage | undefined;
let stack: Compose | undefined;
let caddy: Caddy | undefined;

const otherPort = () => (other.address() as AddressInfo).port;

test.beforeAll(async () => {
  await buildCaddy();
  other = createServer((incoming, response) => {
    asked = incoming;
    response.end('the other one');
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
});

test.afterEach(async ({}, { status, expectedStatus }) => {
  if (status !== expectedStatus && stack) console.error(await stack.run(['logs', '--no-color', '--tail', '60']).catch(String));
  await caddy?.stop();
  await stack?.down({ volumes: true });
  [caddy, stack] = [undefined, undefined];
});

test.afterAll(async () => {
  other?.closeAllConnections();
  other?.close();
  await docker(['rm', '--force', PROJECT]).catch(() => undefined);
});

for (const { heading, host, path, cookie, below } of PLACES) {
  test(`Caddy before the containers${below && `, ${below}`}: sign up, plan, and see it happen`, async () => {
    const port = await freePort();
    const env = { BIND: '127.0.0.1', PORT: `${port}`, PUBLIC_URL: `https://${host}${path}`, TRUSTED_PROXIES: '172.16.0.0/12,192.168.0.0/16', CLIENT_FROM };
    stack = new Compose(PROJECT, env);
    await stack.up();
    const words: Record<string, string> = { '127.0.0.1:4000': `127.0.0.1:${port}` };
    if (path) words['127.0.0.1:4001'] = `127.0.0.1:${otherPort()}`;
    caddy = await Caddy.start(PROJECT, caddyExample(heading, words));

    const page = await caddy.ask(host, `${path}/`, { headers: { 'Sec-Fetch-Mode': 'navigate' } });
    expect(page.status).toBe(200);
    expect(page.body).toContain(`<base href="${path}/">`);
    // nginx believes Caddy that this came by HTTPS.
    expect(page.headers['strict-transport-security']).toBe('max-age=31536000');

    const setup = (await stack.logs('server')).match(/Create the first account: (\S+)setup=(\S+)/);
    expect(setup?.[1]).toBe(`https://${host}${path}/welcome?`);
    const account = { zone: 'Europe/Berlin', locale: 'en', ...newCredentials(), setup: setup![2] };
    const json = { method: 'POST', headers: { 'Content-Type': 'application/json' } };
    const made = await caddy.ask(host, `${path}/api/v1/accounts`, json, JSON.stringify(account));
    expect([made.status, made.status === 201 ? '' : made.body]).toEqual([201, '']);
    expect(made.headers['set-cookie']?.[0]).toMatch(cookie);
    expect(made.headers['set-cookie']?.[0]).toContain('Secure');

    const Authorization = `Bearer ${(JSON.parse(made.body) as { access_token: string }).access_token}`;
    const events = await caddy.open(host, `${path}/api/v1/events`, { headers: { Authorization, 'Accept-Encoding': 'gzip' }, timeout: 60_000 });
    expect([events.statusCode, events.headers['content-type']]).toEqual([200, 'text/event-stream']);
    let seen = '';
    events.on('data', (part) => (seen += String(part))).on('error', () => undefined);
    const routine = { id: mint(), title: 'Tea', notes: '', colour: 'sea', icon: 'circle', steps: [{ id: mint(), title: 'Boil', minutes: 5, note: '' }], schedule: { start: today() } };
    const planned = await caddy.ask(host, `${path}/api/v1/routines`, { ...json, headers: { ...json.headers, Authorization } }, JSON.stringify(routine));
    expect([planned.status, planned.body.slice(0, 0)]).toEqual([201, '']);
    // It is told while the stream is open: Caddy holds nothing back.
    await expect.poll(() => seen, { timeout: 20_000 }).toContain('data:');
    expect(events.complete).toBe(false);
    events.destroy();

    if (!path) return;
    const short = await caddy.ask(host, path);
    expect([short.status, short.headers.location]).toEqual([308, `${path}/`]);
    expect((await caddy.ask(host, '/team/today')).body).toBe('the other one');
    expect(asked?.url).toBe('/team/today');
  });
}

test('Caddy tells who asked and how, and drops what a stranger says of that', async () => {
  caddy = await Caddy.start(PROJECT, caddyExample('Behind a reverse proxy', { '127.0.0.1:4000': `127.0.0.1:${otherPort()}` }));
  const forged = { 'X-Forwarded-For': '203.0.113.66', 'X-Forwarded-Proto': 'http' };
  await caddy.ask('day.example.org', '/api/v1/instance?x=%2F', { headers: forged, localAddress: '127.0.0.9' });
  expect(asked?.url).toBe('/api/v1/instance?x=%2F');
  expect(asked?.headers).toMatchObject({ host: 'day.example.org', 'x-forwarded-for': '127.0.0.9', 'x-forwarded-proto': 'https' });
});
