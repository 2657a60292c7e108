// One process that serves everything answers as nginx and the API do together.
import { expect, test } from '@playwright/test';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Answer, ask } from '../lib/http.ts';
import { type Nginx, startNginx } from '../lib/nginx.ts';
import { answers, freePort, Program } from '../lib/processes.ts';
import { clientFolder, serverProgram } from '../lib/stack.ts';

let dir: string;
let all: Program;
let allPort: number;
let nginx: Nginx;

test.beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'daymark-all-'));
  allPort = await freePort();
  const env = { BIND: `127.0.0.1:${allPort}`, DATA_DIR: join(dir, 'data'), CLIENT_DIR: clientFolder(), TRUSTED_PROXIES: '127.0.0.1' };
  all = new Program('all-server', [serverProgram(), 'all'], env);
  await all.until('it was ready', () => answers(`http://127.0.0.1:${allPort}/readyz`));
  nginx = await startNginx('all-nginx', allPort, clientFolder());
});

test.afterAll(async () => {
  await nginx?.stop();
  await all?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const COMPARED = [
  'content-type',
  'content-encoding',
  'vary',
  'cache-control',
  'allow',
  'strict-transport-security',
  'content-security-policy',
  'x-content-type-options',
  'x-frame-options',
  'referrer-policy',
  'permissions-policy',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
];

function gist(answer: Answer) {
  const problem = String(answer.headers['content-type']).includes('problem+json');
  const body = problem ? { ...(JSON.parse(answer.body.toString()) as object), request_id: '…' } : answer.body.toString('base64');
  const headers = Object.fromEntries(COMPARED.map((name) => [name, answer.headers[name]]));
  // The server says so of what has no other encoding, too.
  if (['font/woff2', 'image/png'].includes(String(answer.headers['content-type']))) delete headers.vary;
  return { status: answer.status, body, headers };
}

async function expectSame(path: string, options: Parameters<typeof ask>[2] = {}): Promise<void> {
  // Both from elsewhere: to the machine itself, a server without accounts says that it needs no link.
  options.headers = { 'X-Forwarded-For': '203.0.113.7', ...options.headers };
  const [one, two] = await Promise.all([ask(allPort, path, options), ask(nginx.port, path, options)]);
  expect(gist(one), `${options.method ?? 'GET'} ${path}`).toEqual(gist(two));
  for (const name of ['x-request-id', ...COMPARED]) expect(one.count.get(name) ?? 0, `${name} of ${path}`).toBeLessThanOrEqual(1);
  expect(one.headers['x-request-id']).toBeTruthy();
}

test('every file of the client, in each encoding', async () => {
  const files = readdirSync(clientFolder(), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(3);
  for (const file of files) {
    const path = `/${join(file.parentPath, file.name).slice(clientFolder().length + 1)}`;
    for (const encoding of ['br, gzip', 'gzip', 'identity']) await expectSame(path, { headers: { 'Accept-Encoding': encoding } });
  }
});

test('addresses of the program, and what is not there', async () => {
  for (const mode of ['navigate', 'cors']) {
    for (const path of ['/', '/today', '/routines/1', '/missing.js', '/.env', '/healthz/x']) await expectSame(path, { headers: { 'Sec-Fetch-Mode': mode } });
  }
  await expectSame('/', { method: 'HEAD' });
  await expectSame('/today', { method: 'POST' });
  await expectSame('/', { headers: { 'X-Forwarded-Proto': 'https' } });
});

test('the API', async () => {
  for (const path of ['/api/v1/account', '/api/v1/instance', '/api/v1/nothing', '/api/nothing.js', '/api/v1/openapi.json']) await expectSame(path);
  await expectSame('/api/v1/instance', { method: 'DELETE' });
  await expectSame('/api/v1/sessions', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{' });
  await expectSame('/api/v1/sessions', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: Buffer.alloc(1024 * 1024 + 1, 'a') });
});
