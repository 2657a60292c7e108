// The proxy of docs/operations.md, with TLS, in front of nginx.
import { expect, test } from '@playwright/test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { install, newCertificate } from '../lib/certificates.ts';
import { type Nginx, startNginx } from '../lib/nginx.ts';
import { example, type OuterProxy, replaced, startOuterProxy } from '../lib/outer-proxy.ts';
import { freePort } from '../lib/processes.ts';

test.describe.configure({ mode: 'default' });

let dir: string;
let upstream: Server;
let handle: (request: IncomingMessage, response: ServerResponse) => void;
let web: Nginx;
let outer: OuterProxy;
let port: number;

test.beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'daymark-reverse-'));
  writeFileSync(join(dir, 'index.html'), '<!doctype html><base href="/">');
  const files = { certificate: join(dir, 'fullchain.pem'), key: join(dir, 'privkey.pem') };
  install(newCertificate(), files);
  upstream = createServer((incoming, response) => handle(incoming, response));
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  web = await startNginx('reverse-web', (upstream.address() as AddressInfo).port, dir, undefined, { TRUSTED_PROXIES: '127.0.0.1/32' });
  port = await freePort();
  const server = replaced(example('Behind a reverse proxy'), {
    'listen 443': `listen 127.0.0.1:${port}`,
    '/etc/letsencrypt/live/day.example.org/fullchain.pem': files.certificate,
    '/etc/letsencrypt/live/day.example.org/privkey.pem': files.key,
    '127.0.0.1:4000': `127.0.0.1:${web.port}`,
  });
  outer = await startOuterProxy('reverse-outer', port, server);
});

test.afterAll(async () => {
  await outer?.stop();
  await web?.stop();
  upstream?.closeAllConnections();
  upstream?.close();
  rmSync(dir, { recursive: true, force: true });
});

function open(path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, headers, localAddress: '127.0.0.9', rejectUnauthorized: false, agent: false, timeout: 10_000 };
    const asking = request(options, resolve);
    asking.on('timeout', () => asking.destroy(new Error('no answer'))).on('error', reject).end();
  });
}

test('the server learns who asks, and how they came', async () => {
  let seen: IncomingMessage | undefined;
  handle = (incoming, response) => {
    seen = incoming;
    response.end('{}');
  };
  const forged = { 'X-Forwarded-For': '203.0.113.66', 'X-Forwarded-Proto': 'http' };
  const answer = await open('/api/v1/instance?x=%2F', { Host: 'day.example.org:8443', ...forged });
  answer.resume();
  expect(answer.statusCode).toBe(200);
  expect(seen?.url).toBe('/api/v1/instance?x=%2F');
  expect(seen?.headers).toMatchObject({ host: 'day.example.org:8443', 'x-forwarded-for': '127.0.0.9', 'x-forwarded-proto': 'https' });
  expect(answer.headers['strict-transport-security']).toBe('max-age=31536000');
});

test('events come through as they happen', async () => {
  let send: ((text: string) => void) | undefined;
  handle = (_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    send = (text) => response.write(text);
    send('data: one\n\n');
  };
  const events = await open('/api/v1/events', { 'Accept-Encoding': 'gzip' });
  const seen: string[] = [];
  events.on('data', (part) => seen.push(String(part)));
  await expect.poll(() => seen.join('')).toBe('data: one\n\n');
  send!('data: two\n\n');
  await expect.poll(() => seen.join('')).toBe('data: one\n\ndata: two\n\n');
  events.destroy();
});
