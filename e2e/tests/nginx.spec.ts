// The configuration of production, in front of a server that answers what each test wants, and of files made here.
import { expect, test } from '@playwright/test';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { type Answer, ask as askPort } from '../lib/http.ts';
import { type Nginx, startNginx } from '../lib/nginx.ts';
import { freePort } from '../lib/processes.ts';
import { SECURITY } from '../lib/security-headers.ts';

// One nginx for all of them.
test.describe.configure({ mode: 'default' });

const HASHED = '/daymark-0123456789abcdef.js';
const PROGRAM = 'export const answer = 42;\n'.repeat(100);
const PAGE = '<!doctype html><title>Daymark</title>';

let web: Nginx;
let upstream: Server;
let clientRoot: string;
let handle: (request: IncomingMessage, response: ServerResponse) => void;
const upstreamSockets = new Set<unknown>();

test.beforeAll(async () => {
  clientRoot = mkdtempSync(join(tmpdir(), 'daymark-client-'));
  const write = (name: string, text: string) => {
    writeFileSync(join(clientRoot, name), text);
    writeFileSync(join(clientRoot, `${name}.br`), brotliCompressSync(text));
    writeFileSync(join(clientRoot, `${name}.gz`), gzipSync(text));
  };
  write('index.html', PAGE);
  write('sw.js', '// the service worker\n');
  write(HASHED, PROGRAM);
  write('daymark-0123456789abcdef_bg.wasm', '\0asm');
  write('styles-fedcba9876543210.css', 'body {}\n');
  write('manifest.webmanifest', '{}\n');
  writeFileSync(join(clientRoot, 'inter.woff2'), 'font');
  writeFileSync(join(clientRoot, '.secret'), 'secret');
  mkdirSync(join(clientRoot, 'snippets'));

  upstream = createServer((incoming, response) => handle(incoming, response));
  upstream.on('connection', (socket) => upstreamSockets.add(socket));
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  web = await startNginx('nginx', (upstream.address() as AddressInfo).port, clientRoot);
});

test.afterAll(async () => {
  await web?.stop();
  upstream?.closeAllConnections();
  upstream?.close();
  rmSync(clientRoot, { recursive: true, force: true });
});

test.beforeEach(() => {
  handle = (_, response) => response.setHeader('Content-Type', 'application/json').end('{}');
});

const ask = (path: string, options: Parameters<typeof askPort>[2] = {}, port = web.port) => askPort(port, path, options);

/** For requests that no library would make. */
async function askRaw(request: string): Promise<Answer> {
  const raw = await new Promise<string>((resolve, reject) => {
    let text = '';
    const socket = connect(web.port, '127.0.0.1', () => socket.write(request));
    socket.setTimeout(5_000, () => socket.destroy(new Error('no answer')));
    socket.on('data', (part) => (text += part)).on('error', reject).on('close', () => resolve(text));
  });
  const end = raw.indexOf('\r\n\r\n');
  const [first, ...lines] = raw.slice(0, end).split('\r\n');
  const answer: Answer = { status: Number(first!.split(' ')[1]), headers: {}, count: new Map(), body: Buffer.from(raw.slice(end + 4)) };
  for (const line of lines) {
    const name = line.slice(0, line.indexOf(':')).toLowerCase();
    answer.headers[name] = line.slice(name.length + 2);
    answer.count.set(name, (answer.count.get(name) ?? 0) + 1);
  }
  return answer;
}

function expectSecured(answer: Answer): void {
  for (const [name, value] of SECURITY) {
    expect(answer.headers[name], name).toBe(value);
    expect(answer.count.get(name), `${name} is sent once`).toBe(1);
  }
  expect(answer.headers['x-request-id']).toBeTruthy();
  expect(answer.count.get('x-request-id')).toBe(1);
  expect(answer.headers.server).toBe('nginx');
}

function expectProblem(answer: Answer, status: number, code: string): void {
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  const problem = JSON.parse(answer.body.toString()) as Record<string, unknown>;
  expect(problem).toMatchObject({ type: `/problems/${code}`, code, status, request_id: answer.headers['x-request-id'] });
  expect(answer.headers['cache-control']).toBe('no-store');
  expectSecured(answer);
}

test.describe('security headers', () => {
  test('say what the browser may do', () => {
    expect([...SECURITY.keys()]).toEqual([
      'content-security-policy',
      'x-content-type-options',
      'x-frame-options',
      'referrer-policy',
      'permissions-policy',
      'cross-origin-opener-policy',
      'cross-origin-resource-policy',
    ]);
    const policy = SECURITY.get('content-security-policy')!;
    expect(policy).not.toContain('unsafe-inline');
    expect(policy).not.toContain("'unsafe-eval'");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
  });

  for (const path of ['/', '/routines/1', HASHED, '/sw.js', '/inter.woff2', '/missing.js', '/.secret', '/healthz', '/api/v1/instance', '/api/nothing.js']) {
    test(`are on ${path}`, async () => expectSecured(await ask(path)));
  }

  test('are on every status of the API, once, even where the server sends them too', async () => {
    for (const status of [200, 201, 204, 304, 400, 401, 404, 409, 412, 422, 429, 500, 503]) {
      handle = (_, response) => {
        for (const [name, value] of SECURITY) response.setHeader(name, value);
        response.setHeader('X-Request-Id', 'of-the-server').setHeader('Strict-Transport-Security', 'max-age=1');
        response.writeHead(status).end();
      };
      const answer = await ask('/api/v1/account');
      expect(answer.status).toBe(status);
      expectSecured(answer);
    }
  });

  for (const [what, text, status, code] of [
    ['no request', 'GARBAGE\r\n\r\n', 400, 'bad_request'],
    ['no address', 'GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'bad_request'],
    ['no address of the API', 'GET /api/%zz HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'bad_request'],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', 400, 'bad_request'],
    ['two hosts', 'GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n', 400, 'bad_request'],
    ['a length that is none', 'POST /api/v1/routines HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n', 400, 'bad_request'],
    ['a header that is too large', `GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${'a'.repeat(20_000)}\r\n\r\n`, 400, 'bad_request'],
    ['a coding that it does not know', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: x\r\n\r\n', 400, 'bad_request'],
    ['a version that it does not know', 'GET / HTTP/3.0\r\nHost: x\r\n\r\n', 400, 'bad_request'],
    ['a method that it does not know', 'TRACE / HTTP/1.1\r\nHost: x\r\n\r\n', 405, 'method_not_allowed'],
    ['an address that is too long', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 414, 'address_too_long'],
  ] as const) {
    test(`are on what nginx cannot read: ${what}`, async () => expectProblem(await askRaw(text), status, code));
  }

  test('speak of HTTPS only where it is used', async () => {
    expect((await ask('/')).headers['strict-transport-security']).toBeUndefined();
    const secure = await ask('/', { headers: { 'X-Forwarded-Proto': 'https' } });
    expect(secure.headers['strict-transport-security']).toMatch(/^max-age=\d{8,}/);
    expect(secure.count.get('strict-transport-security')).toBe(1);
    const nonsense = await ask('/', { headers: { 'X-Forwarded-Proto': 'gopher' } });
    expect(nonsense.headers['strict-transport-security']).toBeUndefined();
  });
});

test.describe('files', () => {
  test('with a hash in their name are kept for ever', async () => {
    for (const path of [HASHED, '/daymark-0123456789abcdef_bg.wasm', '/styles-fedcba9876543210.css']) {
      const answer = await ask(path);
      expect(answer.status).toBe(200);
      expect(answer.headers['cache-control'], path).toBe('public, max-age=31536000, immutable');
    }
  });

  test('without one are asked for again', async () => {
    for (const path of ['/', '/index.html', '/today', '/sw.js', '/manifest.webmanifest', '/inter.woff2']) {
      const answer = await ask(path);
      expect(answer.status).toBe(200);
      expect(answer.headers['cache-control'], path).toBe('no-cache');
    }
  });

  test('that are missing are not remembered, whatever their name', async () => {
    expectProblem(await ask('/gone-0123456789abcdee.js'), 404, 'not_found');
  });

  test('that have not changed are not sent again', async () => {
    const first = await ask('/');
    const second = await ask('/', { headers: { 'If-None-Match': first.headers.etag! } });
    expect(second.status).toBe(304);
    expect(second.body).toHaveLength(0);
    expectSecured(second);
  });

  test('have the type that browsers insist on', async () => {
    const types = {
      '/': 'text/html; charset=utf-8',
      [HASHED]: 'text/javascript',
      '/daymark-0123456789abcdef_bg.wasm': 'application/wasm',
      '/styles-fedcba9876543210.css': 'text/css; charset=utf-8',
      '/manifest.webmanifest': 'application/manifest+json',
      '/inter.woff2': 'font/woff2',
    };
    for (const [path, type] of Object.entries(types)) expect((await ask(path)).headers['content-type']).toBe(type);
  });

  test('are sent as they were compressed beforehand', async () => {
    for (const path of [HASHED, '/', '/deep/link']) {
      const plain = path === HASHED ? PROGRAM : PAGE;
      const brotli = await ask(path, { headers: { 'Accept-Encoding': 'gzip, deflate, br' } });
      expect(brotli.headers['content-encoding']).toBe('br');
      expect(brotli.body).toEqual(brotliCompressSync(plain));
      const gzip = await ask(path, { headers: { 'Accept-Encoding': 'gzip' } });
      expect(gzip.headers['content-encoding']).toBe('gzip');
      const none = await ask(path);
      expect(none.headers['content-encoding']).toBeUndefined();
      expect(none.body.toString()).toBe(plain);
      for (const answer of [brotli, gzip, none]) expect(answer.headers.vary).toBe('Accept-Encoding');
    }
  });

  test('are sent whole, whatever part is asked for', async () => {
    for (const part of ['bytes=0-3', 'bytes=99999999-']) {
      const answer = await ask(HASHED, { headers: { Range: part } });
      expect(answer.status).toBe(200);
      expect(answer.body.toString()).toBe(PROGRAM);
      expectSecured(answer);
    }
  });

  test('are not changed by other methods', async () => {
    const answer = await ask('/', { method: 'POST', body: 'x' });
    expectProblem(answer, 405, 'method_not_allowed');
    expect(answer.headers.allow).toBe('GET, HEAD');
  });

  test('outside of the client are out of reach', async () => {
    for (const path of ['/.secret', '/../nginx.conf', '/%2e%2e/%2e%2e/etc/passwd', `${HASHED}.br`, '/index.html.gz', '/_problem/502']) {
      const answer = await ask(path);
      expect([400, 404], path).toContain(answer.status);
      expect(answer.body.toString()).not.toContain('root:');
    }
  });
});

test.describe('addresses of the program', () => {
  test('are answered with its page', async () => {
    for (const path of ['/today', '/day/2026-11-23', '/routines/0198c0de/occurrences/1-20261118T0700', '/welcome?setup=token', '/snippets']) {
      const answer = await ask(path, { headers: { 'Sec-Fetch-Mode': 'navigate', Accept: 'text/html' } });
      expect(answer.status, path).toBe(200);
      expect(answer.body.toString()).toBe(PAGE);
      expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    }
  });

  test('are not answered with it where a file is meant', async () => {
    for (const path of ['/missing.js', '/assets/missing.png', '/favicon.ico', '/wp-login.php']) {
      expectProblem(await ask(path, { headers: { 'Sec-Fetch-Mode': 'navigate' } }), 404, 'not_found');
    }
  });

  test('are not answered with it where a script asks', async () => {
    expectProblem(await ask('/today', { headers: { 'Sec-Fetch-Mode': 'cors' } }), 404, 'not_found');
    const page = await ask('/', { headers: { 'Sec-Fetch-Mode': 'cors' } });
    expect(page.body.toString(), 'the service worker fetches the page itself').toBe(PAGE);
  });
});

test.describe('the API', () => {
  test('gets the request as it came, and who sent it', async () => {
    let seen: IncomingMessage | undefined;
    let body = '';
    handle = (incoming, response) => {
      seen = incoming;
      incoming.on('data', (part) => (body += part));
      incoming.on('end', () => response.writeHead(201, { ETag: '"7"' }).end('made'));
    };
    const answer = await ask('/api/v1/routines?in=inbox&x=%2F', {
      method: 'POST',
      headers: { Host: 'plan.example:8443', 'X-Forwarded-For': '203.0.113.7', 'X-Forwarded-Proto': 'https', 'If-Match': '"6"' },
      body: 'text',
    });
    expect(answer.status).toBe(201);
    expect(answer.body.toString()).toBe('made');
    expect(answer.headers.etag, 'not weakened').toBe('"7"');
    expect(seen?.method).toBe('POST');
    expect(seen?.url).toBe('/api/v1/routines?in=inbox&x=%2F');
    expect(body).toBe('text');
    expect(seen?.headers).toMatchObject({
      host: 'plan.example:8443',
      'if-match': '"6"',
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-proto': 'https',
    });
  });

  test('shares the request id with nginx and the person', async () => {
    let seen: unknown;
    handle = (incoming, response) => {
      seen = incoming.headers['x-request-id'];
      response.end();
    };
    const made = await ask('/api/v1/account');
    expect(made.headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
    expect(seen).toBe(made.headers['x-request-id']);

    const passed = await ask('/api/v1/account', { headers: { 'X-Request-Id': 'phone-12345678' } });
    expect(passed.headers['x-request-id']).toBe('phone-12345678');
    expect(seen).toBe('phone-12345678');

    const refused = await ask('/api/v1/account', { headers: { 'X-Request-Id': 'a "quoted" {id}' } });
    expect(refused.headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
    expect(seen).toBe(refused.headers['x-request-id']);
  });

  test('says itself what may be kept, and nothing is where it does not', async () => {
    expect((await ask('/api/v1/account')).headers['cache-control']).toBe('no-store');
    handle = (_, response) => response.setHeader('Cache-Control', 'private, max-age=5').end();
    const answer = await ask('/api/v1/account');
    expect(answer.headers['cache-control']).toBe('private, max-age=5');
    expect(answer.count.get('cache-control')).toBe(1);
  });

  test('speaks over connections that are kept', async () => {
    await ask('/api/v1/account');
    const before = upstreamSockets.size;
    for (let i = 0; i < 20; i++) await ask('/api/v1/account');
    // Each worker process keeps its own.
    expect(upstreamSockets.size - before).toBeLessThan(8);
  });

  test('keeps its own errors, with their wish to be asked later', async () => {
    handle = (_, response) => response.writeHead(503, { 'Retry-After': '7', 'Content-Type': 'application/problem+json' }).end('{"code":"unavailable"}');
    const answer = await ask('/api/v1/account');
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('7');
    expect(answer.count.get('retry-after')).toBe(1);
    expect(answer.body.toString()).toBe('{"code":"unavailable"}');
  });

  test('takes bodies of up to 1 MiB', async () => {
    handle = (incoming, response) => {
      let length = 0;
      incoming.on('data', (part: Buffer) => (length += part.length));
      incoming.on('end', () => response.end(String(length)));
    };
    const full = await ask('/api/v1/routines', { method: 'POST', body: Buffer.alloc(1024 * 1024, 'a') });
    expect(full.body.toString()).toBe(String(1024 * 1024));
    const over = { method: 'POST', headers: { 'Content-Length': 1024 * 1024 + 1 } };
    expectProblem(await ask('/api/v1/routines', { ...over, body: Buffer.alloc(1024 * 1024 + 1, 'a') }), 413, 'body_too_large');
  });

  test('that is down is said to be, with when to ask again', async () => {
    const dead = await startNginx('nginx-dead', await freePort(), clientRoot);
    try {
      const answer = await ask('/api/v1/account', {}, dead.port);
      expectProblem(answer, 502, 'unavailable');
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect((await ask('/', {}, dead.port)).status, 'the client is still there').toBe(200);
    } finally {
      await dead.stop();
    }
  });

  test('that hangs is given up', async () => {
    handle = () => undefined;
    const answer = await ask('/api/v1/account');
    expectProblem(answer, 504, 'unavailable');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });

  test('streams events as they happen', async () => {
    let send: ((text: string) => void) | undefined;
    handle = (_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
      send = (text) => response.write(text);
      send('data: one\n\n');
    };
    const [one, two] = await new Promise<string[]>((resolve, reject) => {
      const parts: string[] = [];
      const headers = { 'Accept-Encoding': 'gzip, br' };
      const outgoing = request({ host: '127.0.0.1', port: web.port, path: '/api/v1/events', headers, timeout: 10_000 }, (incoming) => {
        incoming.on('data', (part) => {
          parts.push(String(part));
          if (parts.length === 1) send!('data: two\n\n');
          else {
            resolve(parts);
            outgoing.destroy();
          }
        });
      });
      outgoing.on('timeout', () => outgoing.destroy(new Error('the first event was held back')));
      outgoing.on('error', reject).end();
    });
    expect(one).toBe('data: one\n\n');
    expect(two).toBe('data: two\n\n');
  });
});

test.describe('nginx', () => {
  test('tells that it is up without asking the server', async () => {
    handle = (_, response) => response.writeHead(500).end();
    const answer = await ask('/healthz');
    expect(answer.status).toBe(200);
    expect(answer.body.toString()).toBe('ok\n');
    expect(answer.headers['cache-control']).not.toContain('max-age');
  });

  test('does not say that the server is ready', async () => {
    for (const headers of [{}, { 'Sec-Fetch-Mode': 'navigate' }]) expectProblem(await ask('/readyz', { headers }), 404, 'not_found');
  });

  test('logs JSON without addresses, queries and user agents', async () => {
    const id = `log-${Date.now()}`;
    const headers = { 'X-Request-Id': id, 'User-Agent': 'canary-agent', 'X-Forwarded-For': '203.0.113.99', Referer: 'http://canary-referer/' };
    await ask('/api/v1/routines/"quoted"?token=canary-query', { headers });
    await ask('/welcome?setup=canary-setup', { headers });
    await expect.poll(() => web.accessLog()).toContain('/welcome');
    const lines = web.accessLog().split('\n').filter((line) => line.includes(id));
    expect(lines).toHaveLength(2);
    const [api] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(api).toMatchObject({ request_id: id, method: 'GET', path: '/api/v1/routines/"quoted"', status: 200, upstream_status: '200' });
    for (const secret of ['canary', '203.0.113.99', '127.0.0.1']) expect(web.accessLog()).not.toContain(secret);
  });

  test('logs in the shape of the server', async () => {
    const id = `shape-${Date.now()}`;
    for (const [wait, status] of [[0, 200], [30, 404], [1_100, 503]] as const) {
      const began = Date.now();
      handle = (_, response) => setTimeout(() => response.writeHead(status, { 'Retry-After': '1' }).end(), wait);
      await ask(`/api/v1/${wait}`, { method: 'POST', headers: { 'X-Request-Id': id } });
      const last = () => web.accessLog().split('\n').filter((line) => line.includes(id)).find((line) => line.includes(`/api/v1/${wait}"`));
      await expect.poll(last).toBeTruthy();
      const line = JSON.parse(last()!) as Record<string, string | number>;
      const level = status === 503 ? 'error' : 'info';
      expect(line).toMatchObject({ level, msg: 'request', method: 'POST', path: `/api/v1/${wait}`, status, request_id: id });
      expect(line.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[-+]\d\d:\d\d)$/);
      const ended = Date.parse(line.time as string);
      expect(ended).toBeGreaterThanOrEqual(began - 1_000);
      expect(ended).toBeLessThan(Date.now() + 1_000);
      // Timers of two programs do not agree to the millisecond.
      expect(line.duration_ms).toBeGreaterThanOrEqual(wait - 5);
      expect(line.duration_ms).toBeLessThan(wait + 20_000);
    }
  });

  test('logs what it answers by itself as it was asked', async () => {
    const id = `refused-${Date.now()}`;
    await ask('/api/v1/routines', { method: 'PUT', headers: { 'X-Request-Id': id, 'Content-Length': 1024 * 1024 + 1 } });
    const last = () => web.accessLog().split('\n').find((line) => line.includes(id));
    await expect.poll(last).toBeTruthy();
    expect(JSON.parse(last()!)).toMatchObject({ method: 'PUT', path: '/api/v1/routines', status: 413 });
  });

  test('logs no token that stands in a path', async () => {
    const id = `token-${Date.now()}`;
    const paths = [
      ['/api/v1/reminder-actions/canary-token/snooze', '/api/v1/reminder-actions/…'],
      ['/api/v1/reminder-actions/canary-token?x=/y', '/api/v1/reminder-actions/…'],
      ['/api/v1/reminder-actions/canary-token/unsubscribe/x', '/api/v1/reminder-actions/…'],
      ['/api/v1/push-subscriptions/canary-token', '/api/v1/push-subscriptions/…'],
      ['/api/v1/unsubscribe/canary-token/', '/api/v1/unsubscribe/…'],
      ['/api/v1/unsubscribe/', '/api/v1/unsubscribe/'],
      ['/api/v1/routines?next=/unsubscribe/canary-token', '/api/v1/routines'],
      ['/api/v1/routines/1', '/api/v1/routines/1'],
    ];
    for (const [path] of paths) await ask(path!, { method: 'POST', headers: { 'X-Request-Id': id } });
    const lines = () => web.accessLog().split('\n').filter((line) => line.includes(id));
    await expect.poll(() => lines().length).toBe(paths.length);
    expect(lines().map((line) => (JSON.parse(line) as { path: string }).path)).toEqual(paths.map(([, logged]) => logged));
    expect(web.accessLog()).not.toContain('canary-token');
  });
});
