// Whose word is taken for who asks and how they came: that of trusted proxies alone, however many there are.
import { expect, test } from '@playwright/test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask } from '../lib/http.ts';
import { type Nginx, startNginx } from '../lib/nginx.ts';

// Who connects to nginx, by the address that it connects from.
const [PERSON, PROXY, OTHER_PROXY] = ['127.0.0.9', '127.0.1.1', '127.0.1.2'];
const FORGED = '203.0.113.66';

let dir: string;
let upstream: Server;
let web: Nginx;
let seen: IncomingMessage['headers'];

test.beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'daymark-forwarded-'));
  writeFileSync(join(dir, 'index.html'), '<!doctype html><base href="/">');
  upstream = createServer((request, response) => {
    seen = request.headers;
    response.end('{}');
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const { port } = upstream.address() as AddressInfo;
  web = await startNginx('forwarded-nginx', port, dir, undefined, { TRUSTED_PROXIES: '127.0.1.0/24, 2001:db8::/32' });
});

test.afterAll(async () => {
  await web?.stop();
  upstream?.closeAllConnections();
  upstream?.close();
  rmSync(dir, { recursive: true, force: true });
});

// By hand: nginx appends nothing here, and so neither do these.
for (const [what, from, forwarded, proto, client, scheme] of [
  ['no proxy', PERSON, undefined, undefined, PERSON, 'http'],
  ['no proxy, and a stranger who makes something up', PERSON, FORGED, 'https', PERSON, 'http'],
  ['no proxy, and a stranger who names the proxy', PERSON, `${FORGED}, ${PROXY}`, 'https', PERSON, 'http'],
  ['one proxy', PROXY, '198.51.100.7', 'https', '198.51.100.7', 'https'],
  ['one proxy, by plain HTTP', PROXY, '198.51.100.7', 'http', '198.51.100.7', 'http'],
  ['one proxy that says no scheme', PROXY, '198.51.100.7', undefined, '198.51.100.7', 'http'],
  ['one proxy, and something made up before it', PROXY, `${FORGED}, 198.51.100.7`, 'https', '198.51.100.7', 'https'],
  ['two proxies', PROXY, `198.51.100.7, ${OTHER_PROXY}`, 'https, http', '198.51.100.7', 'https'],
  ['two proxies, and something made up before them', PROXY, `${FORGED}, 198.51.100.7, ${OTHER_PROXY}`, 'https', '198.51.100.7', 'https'],
  ['one proxy, and a person with an address of IPv6', PROXY, `${FORGED}, 2001:470::7`, 'https', '2001:470::7', 'https'],
  ['a proxy that names nobody', PROXY, undefined, 'https', PROXY, 'https'],
  ['a proxy that names rubbish', PROXY, `${FORGED}, unknown`, 'gopher', PROXY, 'http'],
] as const) {
  test(what, async () => {
    const headers: Record<string, string> = {};
    if (forwarded) headers['X-Forwarded-For'] = forwarded;
    if (proto) headers['X-Forwarded-Proto'] = proto;
    const answer = await ask(web.port, '/api/v1/instance', { headers, localAddress: from });
    expect(seen).toMatchObject({ 'x-forwarded-for': client, 'x-forwarded-proto': scheme });
    expect(answer.headers['strict-transport-security']).toBe(scheme === 'https' ? 'max-age=31536000' : undefined);
  });
}
