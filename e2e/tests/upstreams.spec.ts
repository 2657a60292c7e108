// Servers come and go behind one name while nginx runs: nobody notices, and nothing is done twice.
import { expect, test } from '@playwright/test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Nameserver, startNameserver } from '../lib/dns.ts';
import { ask } from '../lib/http.ts';
import { type Nginx, startNginx } from '../lib/nginx.ts';
import { answers, freePort, Program } from '../lib/processes.ts';
import { serverProgram } from '../lib/stack.ts';

// Linux has all of 127.0.0.0/8 on the loopback interface: one port at several addresses, as containers have.
const HOSTS = ['127.0.0.2', '127.0.0.3', '127.0.0.4'] as const;
const NAME = 'server.daymark.test';

let dir: string;
let names: Nameserver;
let port: number;
const stopping: (() => Promise<void>)[] = [];

test.beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'daymark-upstreams-'));
  writeFileSync(join(dir, 'index.html'), '<!doctype html><base href="/">');
  names = await startNameserver();
  port = await freePort();
});

test.afterEach(async () => {
  for (const stop of stopping.splice(0).reverse()) await stop();
  names.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function startWeb(name: string): Promise<Nginx> {
  const nginx = await startNginx(name, `${NAME}:${port}`, dir, undefined, { RESOLVER: names.address });
  stopping.push(() => nginx.stop());
  return nginx;
}

test('a server that is killed, stopped or added is not noticed', async () => {
  test.setTimeout(60_000);
  const web = await startWeb('upstreams-nginx');

  // Nobody is there yet, and nginx is up already.
  const early = await ask(web.port, '/api/v1/instance');
  expect(early.status).toBe(502);
  expect(JSON.parse(early.body.toString())).toMatchObject({ code: 'unavailable' });

  let started = 0;
  const start = async (host: string) => {
    started += 1;
    const env = { BIND: `${host}:${port}`, DATA_DIR: join(dir, 'data'), TRUSTED_PROXIES: '127.0.0.0/8', REGISTRATION: 'open' };
    const server = new Program(`upstreams-server-${started}`, [serverProgram(), 'api'], env);
    stopping.push(() => server.stop());
    await server.until('it was ready', () => answers(`http://${host}:${port}/readyz`));
    names.addresses = [...names.addresses.filter((other) => other !== host), host];
    return server;
  };
  const one = await start(HOSTS[0]);
  await expect.poll(async () => (await ask(web.port, '/api/v1/instance')).status, 'it is found').toBe(200);
  const two = await start(HOSTS[1]);

  // Reads, and what may be sent twice.
  const [failed, tally] = [[] as string[], { asked: 0 }];
  let over = false;
  const load = Array.from({ length: 6 }, async (_, at) => {
    const method = at % 3 === 2 ? 'DELETE' : 'GET';
    while (!over) {
      const answer = await ask(web.port, method === 'GET' ? '/api/v1/instance' : '/api/v1/sessions/current', { method }).catch(String);
      tally.asked += 1;
      const status = typeof answer === 'string' ? answer : answer.status;
      if (typeof status === 'string' || status >= 500 || status === 429) failed.push(`${method}: ${status}`);
      await sleep(2);
    }
  });
  const more = async (count: number) => {
    const goal = tally.asked + count;
    await expect.poll(() => tally.asked, { timeout: 20_000 }).toBeGreaterThanOrEqual(goal);
  };
  // Addresses are believed for a second, by each worker of nginx.
  const found = async () => {
    await sleep(2_500);
    await more(100);
  };
  try {
    await found();
    const three = await start(HOSTS[2]);
    await found();
    // Its address stays known for a while: the engine has not noticed.
    one.kill('SIGKILL');
    await more(300);
    names.addresses = names.addresses.filter((host) => host !== HOSTS[0]);
    await more(100);
    two.kill('SIGTERM');
    await more(200);
    names.addresses = names.addresses.filter((host) => host !== HOSTS[1]);
    // The one that is left is killed, with one more there.
    await start(HOSTS[0]);
    await found();
    three.kill('SIGKILL');
    await more(200);
  } finally {
    over = true;
    await Promise.all(load);
  }
  expect(failed).toEqual([]);
  expect(names.asked, 'addresses are looked up again').toBeGreaterThan(4);
});

test('a connection that breaks: reads go to the next server, a POST does not', async () => {
  const seen: string[] = [];
  const listen = async (host: string, breaks: boolean) => {
    const server: Server = createServer((request, response) => {
      seen.push(`${request.method} ${host}`);
      request.resume();
      if (breaks) request.socket.destroy();
      else response.end('done');
    });
    await new Promise<void>((resolve) => server.listen(port, host, resolve));
    stopping.push(async () => void server.close());
  };
  await listen(HOSTS[0], true);
  await listen(HOSTS[1], false);
  // Nobody listens at the third.
  names.addresses = [...HOSTS];
  const web = await startWeb('upstreams-broken-nginx');

  for (let i = 0; i < 12; i++) {
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE']) {
      expect((await ask(web.port, '/api/v1/x', { method })).status, method).toBe(200);
    }
  }
  expect(seen.filter((line) => line.endsWith(HOSTS[0])).length, 'the broken one was tried').toBeGreaterThan(0);

  seen.length = 0;
  let answered = 0;
  for (let i = 0; i < 24; i++) {
    const answer = await ask(web.port, '/api/v1/x', { method: i % 2 ? 'POST' : 'PATCH', body: '{}' });
    if (answer.status === 200) answered += 1;
    else expect(answer.status).toBe(502);
  }
  expect(seen.length, 'each was sent once').toBe(24);
  // Those that could not be sent where nobody listens went on: only what the broken one took was lost.
  expect(answered).toBe(seen.filter((line) => line.endsWith(HOSTS[1])).length);
  expect(answered, 'some met the sound one').toBeGreaterThan(0);
});
