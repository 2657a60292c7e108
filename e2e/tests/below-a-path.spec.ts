// Two Daymarks on one host, each below a path of its own: one is a single process, the other has nginx before it. The proxy in
// front of both is the one of docs/operations.md.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { type Credentials, newCredentials } from '../lib/account.ts';
import { ask } from '../lib/http.ts';
import { startNginx } from '../lib/nginx.ts';
import { example, replaced, startOuterProxy } from '../lib/outer-proxy.ts';
import { Planner, today } from '../lib/planning.ts';
import { answers, freePort, Program } from '../lib/processes.ts';
import { clientFolder, serverProgram } from '../lib/stack.ts';
import { expect as impatient, type Page, test } from '../lib/test.ts';

// Pages are loaded anew again and again: one that is slow to come is no failure.
const expect = impatient.configure({ timeout: 15_000 });

// The second below a path whose word is an address of the program too.
const PATHS = ['/team', '/day'] as const;

let origin: string;
let ports: Record<(typeof PATHS)[number], number>;
const setupLinks: Record<string, string> = {};
const stopping: (() => Promise<void>)[] = [];

// A browser that is slow to start is no failure either.
test.describe.configure({ mode: 'default', timeout: 180_000 });
test.use({ navigationTimeout: 60_000, actionTimeout: 30_000 });

test.beforeAll(async () => {
  const dir = mkdtempSync(join(tmpdir(), 'daymark-below-'));
  stopping.push(async () => rmSync(dir, { recursive: true, force: true }));
  const [outer, all, web, api] = [await freePort(), await freePort(), await freePort(), await freePort()];
  origin = `http://localhost:${outer}`;
  ports = { '/team': all, '/day': web };
  for (const [path, mode, port] of [['/team', 'all', all], ['/day', 'api', api]] as const) {
    const server = new Program(`below${path.replace('/', '-')}`, [serverProgram(), mode], {
      BIND: `127.0.0.1:${port}`,
      DATA_DIR: join(dir, mode),
      CLIENT_DIR: clientFolder(),
      PUBLIC_URL: `${origin}${path}`,
      TRUSTED_PROXIES: '127.0.0.1',
    });
    stopping.push(() => server.stop());
    await server.until('it was ready', () => answers(`http://127.0.0.1:${port}/readyz`));
    setupLinks[path] = await server.until('it printed the link', () => server.output().match(/Create the first account: (\S+)/)?.[1]);
  }
  const nginx = await startNginx('below-day-nginx', api, clientFolder(), web, { BASE_PATH: '/day' });
  stopping.push(() => nginx.stop());
  const headers = example('Behind a reverse proxy').match(/proxy_http_version[\s\S]*?(?=\s*\})/)![0];
  writeFileSync(join(dir, 'daymark-proxy.conf'), headers);
  const locations = replaced(example('Under a path'), {
    '127.0.0.1:4000': `127.0.0.1:${web}`,
    '127.0.0.1:4001': `127.0.0.1:${all}`,
    '/etc/nginx/daymark-proxy.conf': join(dir, 'daymark-proxy.conf'),
  });
  const proxy = await startOuterProxy('below-outer', outer, `server { listen 127.0.0.1:${outer}; ${locations} }`);
  stopping.push(() => proxy.stop());
});

test.afterAll(async () => {
  for (const stop of stopping.splice(0).reverse()) await stop();
});

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });

/** Makes the first account, by the link that was printed. */
async function signUp(page: Page, path: string): Promise<Credentials> {
  const account = newCredentials();
  expect(setupLinks[path]).toMatch(new RegExp(`^${origin}${path}/welcome\\?setup=`));
  await page.goto(setupLinks[path]!);
  await page.getByLabel('E-mail').fill(account.email);
  await page.getByLabel('Password', { exact: true }).fill(account.password);
  await button(page, 'Create an account').click();
  await expect(page.getByText('Nothing planned yet')).toBeVisible();
  return account;
}

/** What a browser with this account's password would send. */
async function planner(path: string, { email, password }: Credentials): Promise<Planner> {
  const response = await fetch(`${origin}${path}/api/v1/sessions`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email, password }),
    signal: AbortSignal.timeout(10_000),
  });
  expect(response.status).toBe(201);
  return new Planner(`${origin}${path}`, ((await response.json()) as { access_token: string }).access_token);
}

test('sign up, plan and run, without leaving the path', async ({ page, context }) => {
  const elsewhere: string[] = [];
  let path: (typeof PATHS)[number] = PATHS[0];
  context.on('request', (request) => {
    if (!request.url().startsWith(`${origin}${path}/`)) elsewhere.push(request.url());
  });

  for (path of PATHS) {
    await test.step(path, async () => {
      const account = await signUp(page, path);
      const plan = await planner(path, account);
      await plan.create({ title: `Tea at ${path.slice(1)}`, steps: [{ title: 'Boil', minutes: 5 }, { title: 'Pour', minutes: 5 }], start: today() });
      await page.reload();
      await page.getByRole('region', { name: 'Timeline' }).getByRole('button', { name: /^Tea at/ }).click();
      await page.getByRole('menuitem', { name: 'Start', exact: true }).click();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Boil');
      expect(page.url()).toMatch(new RegExp(`^${origin}${path}/`));
      // The address of a page of the program, opened anew.
      await page.reload();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Boil');
      await button(page, 'Done, next step').click();
      await button(page, 'Done, finish').click();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('That is done');
      await page.goto(`${origin}${path}/nowhere`);
      await expect(page.getByRole('heading', { name: 'Nothing here' })).toBeVisible();

      const scope = await page.evaluate(async () => (await navigator.serviceWorker.register('sw.js')).scope);
      expect(scope).toBe(`${origin}${path}/`);
      const manifest = await page.evaluate(async () => {
        const link = document.querySelector<HTMLLinkElement>('link[rel=manifest]')!.href;
        const { start_url, scope, icons } = (await (await fetch(link)).json()) as { start_url: string; scope: string; icons: { src: string }[] };
        return [start_url, scope, icons[0]!.src].map((each) => new URL(each, link).href);
      });
      expect(manifest).toEqual([`${origin}${path}/`, `${origin}${path}/`, `${origin}${path}/icons/icon-192.png`]);
    });
  }
  expect(elsewhere).toEqual([]);

  await test.step('neither sees what the other keeps', async () => {
    const cookies = (await context.cookies()).map(({ name, path, secure, httpOnly, sameSite }) => ({ name, path, secure, httpOnly, sameSite }));
    const each = { name: '__Secure-daymark', secure: true, httpOnly: true, sameSite: 'Strict' };
    expect(cookies.sort((a, b) => a.path.localeCompare(b.path))).toEqual([{ ...each, path: '/day' }, { ...each, path: '/team' }]);

    // Signed out of one, still signed in to the other.
    await page.goto(`${origin}/day/settings`);
    await button(page, 'Sign out of this browser').click();
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
    path = '/team';
    await page.goto(`${origin}/team/`);
    await expect(page.getByText('Tea at team').first()).toBeVisible();
    expect((await context.cookies()).map((cookie) => cookie.path)).toEqual(['/team']);
  });
});

test('both answer the same, below the path and beside it', async () => {
  for (const path of PATHS) {
    const at = (address: string, options?: Parameters<typeof ask>[2]) => ask(ports[path], address, options);
    for (const address of [`${path}/`, `${path}/index.html`, `${path}/day/2026-11-23`]) {
      const page = await at(address, { headers: { 'Accept-Encoding': 'identity', 'Sec-Fetch-Mode': 'navigate' } });
      expect([page.status, page.headers['content-type'], page.headers['cache-control']]).toEqual([200, 'text/html; charset=utf-8', 'no-cache']);
      expect(page.body.toString()).toContain(`<base href="${path}/">`);
      expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    }
    for (const address of ['/', '/today', '/sw.js', '/api/v1/instance', '/manifest.webmanifest', `${path}light/`, `${path}/index.html.gz`]) {
      const nothing = await at(address, { headers: { 'Sec-Fetch-Mode': 'navigate' } });
      expect(nothing.status, address).toBe(404);
      expect(JSON.parse(nothing.body.toString())).toMatchObject({ code: 'not_found' });
    }
    const short = await at(`${path}?setup=x`, { headers: { Host: 'example.org:8443', 'X-Forwarded-Proto': 'https' } });
    expect([short.status, short.headers.location]).toEqual([308, `${path}/?setup=x`]);
    expect((await at(`${path}/api/v1/account`)).status).toBe(401);
    expect((await at('/healthz')).status).toBeLessThan(300);
  }
});

test('the page that nginx writes is compressed', async () => {
  const plain = await ask(ports['/day'], '/day/');
  for (const [coding, unpack] of [['br', brotliDecompressSync], ['gzip', gunzipSync]] as const) {
    const packed = await ask(ports['/day'], '/day/', { headers: { 'Accept-Encoding': coding } });
    expect(packed.headers['content-encoding']).toBe(coding);
    expect(packed.body.length).toBeLessThan(plain.body.length / 1.5);
    expect(unpack(packed.body)).toEqual(plain.body);
  }
  const again = await ask(ports['/day'], '/day/', { headers: { 'If-None-Match': plain.headers.etag! } });
  expect(again.status).toBe(304);
});
