// An operator's clone: `make up`, below a path, and with a certificate of its own, as the documents tell it. Its settings are in .env.
import { type Page, test } from '@playwright/test';
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectH2 } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type SecureVersion, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { createAccount, type Credentials, newCredentials } from '../lib/account.ts';
import { type Certificate, install, newCertificate } from '../lib/certificates.ts';
import { docker } from '../lib/docker.ts';
import { ask } from '../lib/http.ts';
import { composeExample, replaced } from '../lib/outer-proxy.ts';
import { today } from '../lib/planning.ts';
import { freePort } from '../lib/processes.ts';
import { clone, CLIENT_FROM } from './clone.ts';
import { expect, leaveLogs, signIn } from './production.ts';

test.describe.configure({ mode: 'serial' });

const PROJECT = `daymark-smoke-ways-in-${process.pid}`;

let folder: string;
let port: number;
let me: Credentials;

/** What has a say over Compose besides .env: the environment of whoever runs the tests must not. */
const OURS = ['COMPOSE_FILE', 'COMPOSE_PROJECT_NAME', 'COMPOSE_ENV_FILES', 'BIND', 'PORT', 'PUBLIC_URL', 'BASE_PATH', 'TLS_CERTIFICATE_FILE', 'TLS_KEY_FILE', 'ACME_DIR'];
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !OURS.includes(name)));

/** A command as an operator gives it, in their clone; what it prints. */
async function shell(command: string, seconds = 120): Promise<string> {
  const { stdout } = await promisify(execFile)('sh', ['-c', command], { cwd: folder, env, timeout: seconds * 1000, maxBuffer: 16 << 20 });
  return stdout;
}

/** Writes .env: the example, and these lines behind it. */
function configure(settings: Record<string, string>): void {
  const lines = { COMPOSE_PROJECT_NAME: PROJECT, BIND: '127.0.0.1', PORT: `${port}`, CLIENT_FROM, ...settings };
  const added = Object.entries(lines).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(join(folder, '.env'), readFileSync(join(folder, '.env.example'), 'utf8') + added.join(''));
}

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'daymark-smoke-ways-in-'));
  clone(folder);
  port = await freePort();
});

test.afterAll(async ({}, info) => {
  await leaveLogs((args) => shell(`docker compose ${args.join(' ')}`), info);
  await shell('docker compose down --volumes --remove-orphans --timeout 20').catch((error: unknown) => console.error(error));
  rmSync(folder, { recursive: true, force: true });
});

test('`make up` builds and starts it, and tells its address, the link, and how to stop it', async () => {
  test.setTimeout(40 * 60_000);
  configure({});
  const said = await shell('make up', 35 * 60);
  expect(said).toContain(`Daymark listens on 127.0.0.1:${port}\n`);
  const link = said.match(/The first account, if there is none yet: (\S+)/)?.[1];
  expect(link).toMatch(new RegExp(`^http://localhost:${port}/welcome\\?setup=`));
  const setup = new URL(link!).searchParams.get('setup')!;
  me = await createAccount(`http://localhost:${port}`, { ...newCredentials(), setup });
  await (await signIn(`http://localhost:${port}`, me)).create({ title: 'Morning', steps: [{ title: 'Shower', minutes: 15 }], start: today() });

  await shell(said.match(/Stop it: +(.+)/)![1]!);
  const label = `label=com.docker.compose.project=${PROJECT}`;
  expect(await docker(['ps', '--all', '--quiet', '--filter', label])).toBe('');
  const volumes = (await docker(['volume', 'ls', '--format', '{{.Name}}', '--filter', label])).trim().split('\n');
  expect(volumes.sort()).toEqual([`${PROJECT}_keys`, `${PROJECT}_sqlite_data`]);
});

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

test('below a path: page, files, API, service worker, manifest and cookie, and nothing beside it', async ({ browser }) => {
  configure({ BASE_PATH: '/day' });
  await shell('docker compose up --detach --wait');
  const origin = `http://localhost:${port}`;

  const page = (await ask(port, '/day/', { headers: { 'Accept-Encoding': 'identity' } })).body;
  expect(page.toString()).toContain('<base href="/day/">');
  const names = ['wasm', 'js', 'css'].map((kind) => page.toString().match(new RegExp(`[\\w-]+-[0-9a-f]{16}\\.${kind}`))?.[0]);
  for (const name of ['', ...names, 'manifest.webmanifest', 'sw.js']) {
    for (const coding of ['br', 'gzip']) {
      const answer = await ask(port, `/day/${name}`, { headers: { 'Accept-Encoding': coding } });
      expect([answer.status, answer.headers['content-encoding']], `${name} ${coding}`).toEqual([200, coding]);
    }
  }
  for (const path of ['/', '/sw.js', '/manifest.webmanifest', '/api/v1/instance', `/${names[0]}`, '/dayabout/', '/day.html']) {
    expect((await ask(port, path, { headers: { 'Sec-Fetch-Mode': 'navigate' } })).status, path).toBe(404);
  }
  expect((await ask(port, '/day')).headers.location).toBe('/day/');
  expect((await ask(port, '/day/api/v1/instance')).status).toBe(200);

  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin' });
  try {
    const elsewhere: string[] = [];
    context.on('request', (request) => {
      if (!request.url().startsWith(`${origin}/day/`)) elsewhere.push(request.url());
    });
    const tab = await context.newPage();
    await tab.goto(`${origin}/day/`);
    await tab.getByLabel('E-mail').fill(me.email);
    await tab.getByLabel('Password', { exact: true }).fill(me.password);
    await button(tab, 'Sign in').click();
    await expect(tab.getByRole('region', { name: 'Timeline' }).getByRole('button', { name: /^Morning/ })).toBeVisible();
    const cookies = (await context.cookies()).map(({ name, path, secure, httpOnly, sameSite }) => ({ name, path, secure, httpOnly, sameSite }));
    expect(cookies).toEqual([{ name: '__Secure-daymark', path: '/day', secure: true, httpOnly: true, sameSite: 'Strict' }]);
    expect(await tab.evaluate(async () => (await navigator.serviceWorker.register('sw.js')).scope)).toBe(`${origin}/day/`);
    const manifest = await tab.evaluate(async () => {
      const link = document.querySelector<HTMLLinkElement>('link[rel=manifest]')!.href;
      const { start_url, scope } = (await (await fetch(link)).json()) as { start_url: string; scope: string };
      return [new URL(start_url, link).href, new URL(scope, link).href];
    });
    expect(manifest).toEqual([`${origin}/day/`, `${origin}/day/`]);
    expect(elsewhere).toEqual([]);
  } finally {
    await context.close();
  }
});

/** A connection to nginx, once both sides agree. Whose certificate it has is looked at, not whether it is trusted. */
function shake(tlsPort: number, options: { version?: SecureVersion; alpn?: string[] } = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const versions = options.version ? { minVersion: options.version, maxVersion: options.version } : {};
    const socket = connect({
      host: '127.0.0.1', port: tlsPort, rejectUnauthorized: false, ciphers: 'DEFAULT@SECLEVEL=0', ALPNProtocols: options.alpn ?? [], ...versions,
    }, () => resolve(socket));
    socket.setTimeout(10_000, () => socket.destroy(new Error('no answer')));
    socket.on('error', reject);
  });
}

/** The certificate that is served. */
async function served(tlsPort: number): Promise<string> {
  const socket = await shake(tlsPort);
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

/** Puts it where the container finds it, readable by its user alone, as the document says. */
function installed(certificate: Certificate): void {
  const next = mkdtempSync(join(folder, 'next-'));
  install(certificate, { certificate: join(next, 'fullchain.pem'), key: join(next, 'privkey.pem') });
  const mounts = ['--volume', `${next}:/next:ro`, '--volume', `${join(folder, 'certificates')}:/certificates`];
  const take = 'install --owner 10001 --group 10001 --mode 400 /next/*.pem /certificates/';
  execFileSync('docker', ['run', '--rm', '--network', 'none', ...mounts, 'debian:trixie-slim', 'sh', '-c', take], { stdio: 'pipe', timeout: 60_000 });
}

test('TLS with a certificate that is mounted: versions, HTTP/2, plain HTTP led there, and a renewal', async () => {
  const tlsPort = await freePort();
  // The document's own file, but for the port.
  const fragment = replaced(composeExample('TLS'), { '"443:8443"': `"127.0.0.1:${tlsPort}:8443"` });
  writeFileSync(join(folder, 'compose.tls.yml'), fragment);
  for (const name of ['certificates', 'acme']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'acme/some-token'), 'some-proof');
  const [first, second] = [newCertificate(), newCertificate()];
  installed(first);
  configure({ COMPOSE_FILE: 'docker-compose.yml:compose.tls.yml', PUBLIC_URL: `https://localhost:${tlsPort}` });
  await shell('docker compose up --detach --wait');

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const socket = await shake(tlsPort, { version });
    expect([socket.getProtocol(), socket.getPeerCertificate().fingerprint256]).toEqual([version, first.fingerprint]);
    socket.destroy();
  }
  await expect(shake(tlsPort, { version: 'TLSv1.1' })).rejects.toThrow(/protocol version/);
  for (const protocol of ['h2', 'http/1.1']) {
    const socket = await shake(tlsPort, { alpn: [protocol] });
    expect(socket.alpnProtocol).toBe(protocol);
    socket.destroy();
  }

  const plain = await ask(port, '/day/2026-11-23?x=1', { headers: { Host: `localhost:${port}` } });
  expect([plain.status, plain.headers.location]).toEqual([308, `https://localhost:${tlsPort}/day/2026-11-23?x=1`]);
  expect(plain.headers['strict-transport-security']).toBeUndefined();
  expect((await ask(port, '/healthz')).body.toString()).toBe('ok\n');
  const proof = await ask(port, '/.well-known/acme-challenge/some-token');
  expect([proof.status, proof.body.toString()]).toEqual([200, 'some-proof']);

  const session = connectH2(`https://127.0.0.1:${tlsPort}`, { rejectUnauthorized: false });
  const get = (path: string) =>
    new Promise<Record<string, unknown>>((resolve, reject) => {
      session.on('error', reject);
      const stream = session.request({ ':path': path, ':authority': `localhost:${tlsPort}` });
      stream.on('response', resolve).on('error', reject).resume().setTimeout(10_000, () => reject(new Error('no answer')));
    });
  try {
    for (const path of ['/', '/api/v1/instance', '/api/v1/account', '/missing.js']) {
      expect((await get(path))['strict-transport-security'], path).toBe('max-age=31536000');
    }
  } finally {
    session.destroy();
  }
  const started = async () => (await docker(['inspect', '--format', '{{.State.StartedAt}}', `${PROJECT}-web-1`])).trim();
  const before = await started();
  installed(second);
  await expect.poll(() => served(tlsPort), { timeout: 30_000 }).toBe(second.fingerprint);
  expect(await started(), 'it was not started anew').toBe(before);
});
