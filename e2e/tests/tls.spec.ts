// nginx with certificates of its own, started as the container starts it.
import { expect, test } from '@playwright/test';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect as connectH2 } from 'node:http2';
import { get as getTls } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type SecureVersion, type TLSSocket } from 'node:tls';
import { type Certificate, install, newCertificate } from '../lib/certificates.ts';
import { ask } from '../lib/http.ts';
import { ROOT } from '../lib/nginx.ts';
import { startWeb, type Web } from '../lib/web-container.ts';

test.describe.configure({ mode: 'default' });

let dir: string;
let files: { certificate: string; key: string };
let first: Certificate;
let upstream: Server;
let handle: (path: string, response: ServerResponse) => void;
let web: Web;

test.beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'daymark-tls-'));
  mkdirSync(join(dir, 'client'));
  writeFileSync(join(dir, 'client/index.html'), '<!doctype html><base href="/">');
  mkdirSync(join(dir, 'acme'));
  writeFileSync(join(dir, 'acme/some-token'), 'some-proof');
  files = { certificate: join(dir, 'fullchain.pem'), key: join(dir, 'privkey.pem') };
  first = newCertificate();
  install(first, files);
  upstream = createServer((request, response) => handle(request.url!, response));
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  web = await startWeb('tls-web', (upstream.address() as AddressInfo).port, join(dir, 'client'), {
    TLS_CERTIFICATE_FILE: files.certificate,
    TLS_KEY_FILE: files.key,
    ACME_DIR: join(dir, 'acme'),
    PUBLIC_URL: 'https://day.example.org:4443',
  });
});

test.afterAll(async () => {
  await web?.stop();
  upstream?.closeAllConnections();
  upstream?.close();
  rmSync(dir, { recursive: true, force: true });
});

test.beforeEach(() => {
  handle = (_, response) => response.setHeader('Content-Type', 'application/json').end('{}');
});

/** A connection, once both sides agree. */
function shake(options: { version?: SecureVersion; alpn?: string[] } = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const versions = options.version ? { minVersion: options.version, maxVersion: options.version } : {};
    // Without trusting it: its fingerprint is looked at. Level 0 lets this side offer what is too old.
    const socket = connect({
      host: '127.0.0.1', port: web.tlsPort, rejectUnauthorized: false, ciphers: 'DEFAULT@SECLEVEL=0', ALPNProtocols: options.alpn ?? [], ...versions,
    }, () => resolve(socket));
    socket.setTimeout(5_000, () => socket.destroy(new Error('no answer')));
    socket.on('error', reject);
  });
}

/** The status of a request on a connection of its own, or of another agent's. */
function askTls(path: string): Promise<{ status: number; body: string; headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: web.tlsPort, path, rejectUnauthorized: false, agent: false, timeout: 15_000 };
    const request = getTls(options, (response) => {
      let body = '';
      response.on('data', (part) => (body += part)).on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode!, body, headers: response.headers }));
    });
    request.on('timeout', () => request.destroy(new Error('no answer'))).on('error', reject);
  });
}

async function served(): Promise<string> {
  const socket = await shake();
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

test('speaks TLS 1.2 and 1.3, and nothing older', async () => {
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const socket = await shake({ version });
    expect(socket.getProtocol()).toBe(version);
    expect(socket.getPeerCertificate().fingerprint256).toBe(first.fingerprint);
    // Forward secrecy, and a cipher that also authenticates.
    expect(socket.getCipher().name).toMatch(/^(TLS_|ECDHE-).*(GCM|CHACHA20)/);
    if (version === 'TLSv1.2') expect(socket.getTLSTicket(), 'no session ticket').toBeUndefined();
    socket.destroy();
  }
  for (const version of ['TLSv1', 'TLSv1.1'] as const) await expect(shake({ version }), version).rejects.toThrow(/protocol version/);
});

test('speaks HTTP/2, and HTTP/1.1 to those who know no other', async () => {
  for (const protocol of ['h2', 'http/1.1']) {
    const socket = await shake({ alpn: [protocol] });
    expect(socket.alpnProtocol).toBe(protocol);
    socket.destroy();
  }
  const session = connectH2(`https://127.0.0.1:${web.tlsPort}`, { rejectUnauthorized: false });
  try {
    const headers = await new Promise<Record<string, unknown>>((resolve, reject) => {
      session.on('error', reject);
      session.request({ ':path': '/api/v1/instance' }).on('response', resolve).on('error', reject).setTimeout(5_000, () => reject(new Error('no answer')));
    });
    expect(headers[':status']).toBe(200);
    expect(headers['strict-transport-security']).toBe('max-age=31536000');
  } finally {
    session.destroy();
  }
});

test('plain HTTP leads there, but for the health check and certificate authorities', async () => {
  const options = { headers: { Host: 'day.example.org:4080' } };
  for (const path of ['/', '/day/2026-11-23?x=%2F', '/api/v1/account', '/missing.js']) {
    const answer = await ask(web.port, path, options);
    expect(answer.status, path).toBe(308);
    expect(answer.headers.location).toBe(`https://day.example.org:4443${path}`);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.headers['strict-transport-security'], 'not where anybody may have written it').toBeUndefined();
  }
  expect((await ask(web.port, '/healthz')).body.toString()).toBe('ok\n');
  const proof = await ask(web.port, '/.well-known/acme-challenge/some-token');
  expect([proof.status, proof.body.toString()]).toEqual([200, 'some-proof']);
  expect((await ask(web.port, '/.well-known/acme-challenge/other-token')).status).toBe(404);

  expect((await askTls('/')).body).toContain('<base href="/">');
  const plain = await ask(web.tlsPort, '/');
  expect(plain.status).toBe(400);
  expect(JSON.parse(plain.body.toString())).toMatchObject({ code: 'bad_request' });
});

test('takes a renewed certificate while requests run, and keeps it where the next is broken', async () => {
  test.setTimeout(60_000);
  let finish: (() => void) | undefined;
  handle = (path, response) => {
    if (!path.endsWith('/slow')) return void response.end('{}');
    response.write('begun, ');
    finish = () => response.end('and ended');
  };
  const failed: string[] = [];
  let [over, asked] = [false, 0];
  const load = Array.from({ length: 3 }, async () => {
    while (!over) {
      const status = await askTls('/api/v1/instance').then((answer) => answer.status, String);
      asked += 1;
      if (status !== 200) failed.push(String(status));
      await sleep(5);
    }
  });
  try {
    const slow = askTls('/api/v1/slow');
    await expect.poll(() => finish !== undefined).toBe(true);
    const second = newCertificate();
    install(second, files);
    await expect.poll(served, { timeout: 15_000 }).toBe(second.fingerprint);
    finish!();
    expect((await slow).body, 'what was under way is finished').toBe('begun, and ended');
    expect(web.output()).toContain('"level":"info"');

    // A certificate of another key.
    writeFileSync(files.certificate, first.pem);
    const said = () => web.output().split('\n').find((line) => line.includes('"level":"error"'));
    await expect.poll(said, { timeout: 15_000 }).toBeTruthy();
    const line = JSON.parse(said()!) as Record<string, string>;
    expect(line.msg).toBe('the renewed certificate cannot be used, the old one stays');
    expect(line.reason).toContain('key values mismatch');
    expect(line.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(await served()).toBe(second.fingerprint);

    // Its key comes late.
    writeFileSync(files.key, first.key);
    await expect.poll(served, { timeout: 15_000 }).toBe(first.fingerprint);
  } finally {
    over = true;
    finish?.();
    await Promise.all(load);
  }
  expect(failed).toEqual([]);
  expect(asked).toBeGreaterThan(100);
});

for (const [what, env, said] of [
  ['a certificate without a key', { TLS_CERTIFICATE_FILE: '/nowhere/c.pem' }, 'TLS_KEY_FILE: must be set'],
  ['a key without a certificate', { TLS_KEY_FILE: '/nowhere/k.pem' }, 'TLS_CERTIFICATE_FILE: must be set'],
  ['a certificate that is not there', { TLS_CERTIFICATE_FILE: '/nowhere/c.pem', TLS_KEY_FILE: '/nowhere/k.pem' }, 'TLS_CERTIFICATE_FILE: /nowhere/c.pem cannot be read'],
  ['a path with more in it', { TLS_CERTIFICATE_FILE: '/c.pem; evil', TLS_KEY_FILE: '/k.pem' }, 'TLS_CERTIFICATE_FILE: must be a path'],
  ['a proxy that is no network', { TRUSTED_PROXIES: '10.0.0.0/8, nginx' }, 'TRUSTED_PROXIES: "nginx"'],
  ['a proxy with more in it', { TRUSTED_PROXIES: '10.0.0.0/8; evil' }, 'TRUSTED_PROXIES: '],
  ['an address that is none', { PUBLIC_URL: 'day.example.org' }, 'PUBLIC_URL: '],
  ['a path that is none', { BASE_PATH: '/a day' }, 'BASE_PATH: '],
  ['two paths', { BASE_PATH: '/day', PUBLIC_URL: 'https://example.org/other' }, 'BASE_PATH: '],
  ['a nameserver that is none', { RESOLVER: 'dns.example.org', UPSTREAM: 'server:4000' }, 'RESOLVER: '],
  ['a server that is none', { UPSTREAM: 'server' }, 'UPSTREAM: '],
  ['a folder that is none', { ACME_DIR: '/nowhere/at/all' }, 'ACME_DIR: '],
] as const) {
  test(`is not started with ${what}`, () => {
    const all = { PATH: process.env.PATH!, RUN_DIR: join(dir, 'run'), CLIENT_ROOT: join(dir, 'client'), UPSTREAM: '127.0.0.1:1', ...env };
    const web = spawnSync(join(ROOT, 'docker/web.sh'), { env: all, encoding: 'utf8', timeout: 10_000 });
    expect(web.status).toBe(2);
    expect(web.stderr).toContain(said);
    expect(web.stderr.trim().split('\n')).toHaveLength(1);
  });
}
