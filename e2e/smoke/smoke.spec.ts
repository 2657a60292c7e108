// Production as it is deployed: the images are built, docker-compose.yml is started with volumes of its own on a free port of
// the loopback address, and everything is looked at from outside. A line for each thing that must be so; what was measured is
// left in test-results/smoke.json (scripts/smoke --record writes it into docs/performance.md).
import { expect as impatient, type Page, test } from '@playwright/test';
import { randomBytes } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAccount, type Credentials, newCredentials, type SignedIn } from '../lib/account.ts';
import { Compose, docker, killed } from '../lib/docker.ts';
import { ask } from '../lib/http.ts';
import { layersAbove } from '../lib/image.ts';
import { civil, mint, Planner, today } from '../lib/planning.ts';
import { ROOT } from '../lib/nginx.ts';
import { freePort } from '../lib/processes.ts';
import { SECURITY } from '../lib/security-headers.ts';

test.describe.configure({ mode: 'serial' });
const expect = impatient.configure({ timeout: 15_000 });

const BASE = 'debian:trixie-slim';
const IMAGES = ['server', 'web', 'all-in-one'] as const;
/** What must be found in no image, though the environment has it while they are built. */
const SECRET = `canary-${randomBytes(12).toString('hex')}`;

const numbers: Record<string, number> = {};
let dir: string;
let port: number;
let url: string;
let stack: Compose;
let me: SignedIn;
/** The page of somebody who stays signed in throughout. */
let tab: Page;

/** A client of the API, signed in anew: access tokens last for ten minutes. */
async function planner(who: Credentials = me, at = url): Promise<Planner> {
  const response = await fetch(`${at}/api/v1/sessions`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email: who.email, password: who.password }),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`not signed in: ${response.status} ${await response.text()}`);
  return new Planner(at, ((await response.json()) as { access_token: string }).access_token);
}

/** What the sink has taken whose text holds this. */
async function taken(text: string): Promise<unknown[]> {
  const lines = (await stack.logs('sink')).split('\n').filter((line) => line.startsWith('{'));
  const bodies = lines.map((line) => JSON.parse((JSON.parse(line) as { body: string }).body || '{}') as unknown);
  return bodies.filter((body) => JSON.stringify(body).includes(text));
}

/** Plans a routine that begins with the next minute and reminds then. */
async function remindSoon(by: Planner, title: string): Promise<void> {
  const { date, time } = civil(1);
  const steps = [{ id: mint(), title: 'Breathe', minutes: 5, note: '' }];
  const routine = { id: mint(), title, notes: '', colour: 'sea', icon: 'circle', steps, schedule: { start: `${date}T${time}` } };
  await by.ask('POST', 'routines', { ...routine, reminders: { offsets: [0] } });
}

const arrives = (title: string) => expect.poll(() => taken(title).then((found) => found.length), { timeout: 90_000, intervals: [500] });

/** Today as the tab shows it: the session that was begun first goes on. */
async function expectMyDay(title: string): Promise<void> {
  await tab.goto(url);
  await expect(tab.getByRole('region', { name: 'Timeline' }).getByRole('button', { name: new RegExp(`^${title}`) })).toBeVisible();
}

test.beforeAll(async ({ browser }) => {
  dir = mkdtempSync(join(tmpdir(), 'daymark-smoke-'));
  const key = join(dir, 'master-key');
  // Compose mounts the file as it is: the container's user must be able to read it.
  writeFileSync(key, randomBytes(32).toString('base64'), { mode: 0o644 });
  port = await freePort();
  url = `http://localhost:${port}`;
  const env = {
    BIND: '127.0.0.1',
    PORT: `${port}`,
    PUBLIC_URL: url,
    REGISTRATION: 'invite',
    OUTBOUND_ALLOW: '172.16.0.0/12,192.168.0.0/16,10.0.0.0/8',
    CLIENT_FROM: process.env.CLIENT_FROM ?? 'dist',
    SMOKE_MASTER_KEY_FILE: key,
    SMTP_URL: `smtp://daymark:${SECRET}@mail.invalid`,
    MAIL_FROM: 'day@daymark.example',
    BACKUP_PASSPHRASE: SECRET,
  };
  stack = new Compose(`daymark-smoke-${process.pid}`, env, ['e2e/smoke/compose.yml']);
  tab = await browser.newPage({ timezoneId: 'Europe/Berlin', locale: 'en-GB' });
});

test.afterAll(async ({}, info) => {
  if (info.status !== info.expectedStatus) {
    mkdirSync(info.outputDir, { recursive: true });
    writeFileSync(info.outputPath('containers.log'), await stack.run(['logs', '--no-color', '--tail', '300']).catch(String));
  }
  await stack.down({ volumes: true }).catch((error: unknown) => console.error(error));
  await docker(['rm', '--force', '--volumes', `${stack.project}-all-in-one`]).catch(() => undefined);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(join(ROOT, 'e2e/test-results'), { recursive: true });
  writeFileSync(join(ROOT, 'e2e/test-results/smoke.json'), `${JSON.stringify(numbers, null, 2)}\n`);
});

test('the images are built', async () => {
  test.setTimeout(40 * 60_000);
  await stack.run(['build', 'server', 'web'], 35 * 60);
  const args = ['--build-arg', `CLIENT_FROM=${process.env.CLIENT_FROM ?? 'dist'}`, '--tag', 'daymark-all-in-one', '.'];
  await docker(['build', '--quiet', '--file', 'docker/Dockerfile', '--target', 'all-in-one', ...args], { seconds: 35 * 60 });
});

test('a changed line of the server compiles no dependency anew', async () => {
  const context = join(dir, 'changed');
  for (const name of ['.cargo', '.dockerignore', 'Cargo.toml', 'Cargo.lock', 'client/Cargo.toml', 'docker', 'shared', 'server']) {
    cpSync(join(ROOT, name), join(context, name), { recursive: true, preserveTimestamps: true });
  }
  // It does not compile, so that it is known soon what was compiled before it.
  writeFileSync(join(context, 'server/src/main.rs'), 'compile_error!("a changed line");\nfn main() {}\n');
  const args = ['build', '--progress', 'plain', '--file', 'docker/Dockerfile', '--target', 'server-build', '.'];
  const said = await docker(args, { cwd: context, seconds: 600 }).catch(String);
  expect(said).toContain('a changed line');
  expect(said).not.toMatch(/Compiling (?!daymark-)/);
});

test('all of it is healthy soon', async () => {
  const begin = Date.now();
  await stack.up();
  numbers.up_seconds = (Date.now() - begin) / 1000;
  const containers = await stack.containers();
  expect(containers.length).toBeGreaterThanOrEqual(5);
  expect(containers.filter(({ State }) => State.Status !== 'running' || (State.Health && State.Health.Status !== 'healthy'))).toEqual([]);
});

test('a person makes the first account by the printed link, plans, and runs', async () => {
  const printed = (await stack.logs('server')).match(/Create the first account: (\S+)/)?.[1];
  expect(printed).toContain(`${url}/welcome?setup=`);
  const account = newCredentials();
  await tab.goto(printed!);
  await tab.getByLabel('E-mail').fill(account.email);
  await tab.getByLabel('Password', { exact: true }).fill(account.password);
  await tab.getByRole('button', { name: 'Create an account', exact: true }).click();
  await expect(tab.getByText('Nothing planned yet')).toBeVisible();
  me = { ...account, accessToken: '', accountId: '' };

  const by = await planner();
  const start = today();
  const routine = await by.create({ title: 'Morning', steps: [{ title: 'Shower', minutes: 15 }], start });
  await expectMyDay('Morning');
  const run = await by.start(routine, start);
  expect(run.progress.phase.state).toBe('running');
});

test('a reminder reaches a webhook, and so does a message that tries it', async () => {
  const by = await planner();
  const channel = await by.ask<{ id: string }>('POST', 'channels', { id: mint(), name: 'Lamp', target: { webhook: { url: 'http://sink:8080/lamp' } } });
  expect(await by.ask('POST', `channels/${channel.id}/test`)).toMatchObject({ delivered: true });
  await remindSoon(by, 'Take a walk');
  await arrives('Take a walk').toBe(1);
});

test('files are sent as Brotli, gzip or plain, with their types, and kept as long as their names say', async () => {
  const page = (await ask(port, '/')).body.toString();
  const program = page.match(/[\w-]+-[0-9a-f]{16}\.wasm/)?.[0];
  const script = page.match(/[\w-]+-[0-9a-f]{16}\.js/)?.[0];
  const style = page.match(/[\w-]+-[0-9a-f]{16}\.css/)?.[0];
  const immutable = 'public, max-age=31536000, immutable';
  for (const [path, type, cache] of [
    ['/', 'text/html; charset=utf-8', 'no-cache'],
    [`/${program}`, 'application/wasm', immutable],
    [`/${script}`, 'text/javascript', immutable],
    [`/${style}`, 'text/css; charset=utf-8', immutable],
    ['/manifest.webmanifest', 'application/manifest+json', 'no-cache'],
    ['/sw.js', 'text/javascript', 'no-cache'],
  ] as const) {
    const sizes = [];
    for (const [accepted, coding] of [['gzip, deflate, br', 'br'], ['gzip', 'gzip'], ['identity', undefined]] as const) {
      const answer = await ask(port, path, { headers: { 'Accept-Encoding': accepted, 'Sec-Fetch-Mode': 'navigate' } });
      expect([answer.status, answer.headers['content-encoding']], path).toEqual([200, coding]);
      expect(answer.headers['content-type'], path).toBe(type);
      expect(answer.headers['cache-control'], path).toBe(cache);
      sizes.push(answer.body.length);
    }
    expect(sizes, path).toEqual(sizes.toSorted((a, b) => a - b));
  }
});

test('every path and every status has the security headers, once', async () => {
  const json = { 'Content-Type': 'application/json' };
  for (const [path, status, options] of [
    ['/', 200, {}],
    ['/day/2026-11-22', 200, { headers: { 'Sec-Fetch-Mode': 'navigate' } }],
    ['/missing.js', 404, {}],
    ['/healthz', 200, {}],
    ['/readyz', 404, {}],
    ['/api/v1/instance', 200, {}],
    ['/api/v1/account', 401, {}],
    ['/api/v1/nothing', 404, {}],
    ['/api/v1/sessions', 422, { method: 'POST', headers: json, body: '{"email":"","password":""}' }],
    ['/api/v1/sessions', 400, { method: 'POST', headers: json, body: '{' }],
    ['/api/v1/instance', 405, { method: 'DELETE' }],
    ['/api/v1/accounts', 413, { method: 'POST', headers: json, body: Buffer.alloc(2 << 20, 32) }],
    [`/${'a'.repeat(20_000)}`, 414, {}],
  ] as const) {
    const answer = await ask(port, path, options);
    const what = `${path.slice(0, 40)} ${status}`;
    expect(answer.status, what).toBe(status);
    for (const [name, value] of SECURITY) {
      expect(answer.headers[name], `${what} ${name}`).toBe(value);
      expect(answer.count.get(name), `${what} ${name}`).toBe(1);
    }
    expect(answer.headers['x-request-id'], what).toBeTruthy();
  }
});

test('only nginx is reached from outside', async () => {
  for (const { HostConfig, Name } of await stack.containers()) {
    expect(Object.keys(HostConfig.PortBindings ?? {}), Name).toEqual(Name.includes('-web-') ? ['8080/tcp'] : []);
  }
  for (const path of ['/metrics', '/api/metrics', '/api/v1/metrics', '/log', '//metrics', '/%6detrics']) {
    for (const headers of [{}, { 'Sec-Fetch-Mode': 'navigate' }]) {
      const answer = await ask(port, path, { headers });
      expect(answer.body.toString(), path).not.toMatch(/^# (HELP|TYPE)/m);
    }
  }
});

test('every container runs as nobody, on a file system it cannot write to, without capabilities', async () => {
  for (const container of await stack.containers()) {
    const { Name, Id, Config, HostConfig } = container;
    const own = !Name.includes('-sink-');
    const status = await docker(['exec', Id, 'cat', '/proc/1/status']);
    const field = (name: string) => status.match(new RegExp(`^${name}:\\s+(.+)$`, 'm'))?.[1];
    expect(field('Uid'), Name).toBe('10001\t10001\t10001\t10001');
    expect(HostConfig.ReadonlyRootfs, Name).toBe(true);
    await expect(docker(['exec', Id, 'sh', '-c', 'echo x >/usr/x']), Name).rejects.toThrow(/Read-only/i);
    if (!own) continue;
    for (const set of ['CapEff', 'CapPrm', 'CapBnd', 'CapInh']) expect(field(set), `${Name} ${set}`).toBe('0000000000000000');
    expect(field('NoNewPrivs'), Name).toBe('1');
    expect(HostConfig.PidsLimit, Name).toBeGreaterThan(0);
    expect(HostConfig.Memory, Name).toBeGreaterThan(0);
    expect(HostConfig.LogConfig.Config, Name).toHaveProperty('max-size');
    expect(Config.User, Name).toBe('10001:10001');
  }
});

test('no secret is in an image, nor what is not needed to run', async () => {
  for (const image of IMAGES) {
    const name = `daymark-${image}`;
    const inspected = await docker(['image', 'inspect', name]);
    expect(inspected).not.toContain(SECRET);
    expect(inspected).not.toMatch(/"(MASTER_KEY|SMTP_URL|VALKEY_URL|BACKUP_PASSPHRASE)=/);
    const { files, compressed, found } = await layersAbove(name, BASE, [SECRET, 'PRIVATE KEY-----']);
    expect(found, name).toEqual([]);
    expect(files.filter((file) => /(^|\/)(\.env|\.git|keyring\.json|[^/]*\.db|cargo|rustc|gcc|cc1|ld|curl|wget|node|npm)$/.test(file)), name).toEqual([]);
    numbers[`${image.replaceAll('-', '_')}_compressed_mb`] = compressed / 1e6;
    const [{ Config }] = JSON.parse(inspected) as [{ Config: { Labels: Record<string, string> } }];
    for (const label of ['title', 'description', 'licenses', 'version', 'revision']) {
      expect(Config.Labels[`org.opencontainers.image.${label}`], `${name} ${label}`).toBeTruthy();
    }
  }
  expect(numbers.server_compressed_mb).toBeLessThan(15);
  expect(numbers.web_compressed_mb).toBeLessThan(15);
  expect(numbers.all_in_one_compressed_mb).toBeLessThan(20);
  // The scan sees what is there.
  expect((await layersAbove('daymark-web', BASE, ['brotli_static on'])).found).not.toEqual([]);
});

test('down and up keeps what was planned, and who is signed in', async () => {
  await stack.down();
  await stack.up();
  await expectMyDay('Morning');
});

for (const service of ['server', 'jobs', 'valkey', 'web']) {
  test(`SIGKILL of ${service}: it comes back by itself`, async () => {
    const [before] = await stack.containers(service);
    await killed(before!);
    await expect
      .poll(async () => {
        const [now] = await stack.containers(service);
        return now && now.State.StartedAt !== before!.State.StartedAt ? now.State.Health?.Status : 'not yet';
      }, { timeout: 60_000 })
      .toBe('healthy');
    await expect.poll(async () => (await ask(port, '/api/v1/instance').catch(() => undefined))?.status, { timeout: 30_000 }).toBe(200);
    await expectMyDay('Morning');
  });
}

test('without Valkey for a while nothing is lost', async () => {
  const by = await planner();
  await stack.run(['stop', '--timeout', '5', 'valkey']);
  await remindSoon(by, 'Water the plants');
  expect((await ask(port, '/api/v1/instance')).status).toBe(200);
  await arrives('Water the plants').toBe(1);
  await stack.run(['start', 'valkey']);
  await remindSoon(by, 'Close the windows');
  await arrives('Close the windows').toBe(1);
});

test('one, three, two servers, one of them killed under load: no request that is safe to repeat fails', async () => {
  const by = await planner();
  const failed: string[] = [];
  const asked = new Map<string, number>();
  let over = false;
  const load = async () => {
    while (!over) {
      const response = await fetch(`${url}/api/v1/days/${civil().date}`, {
        headers: { Authorization: `Bearer ${by.token}` },
        signal: AbortSignal.timeout(20_000),
      }).catch(String);
      const outcome = typeof response === 'string' ? response : `${response.status}`;
      if (outcome !== '200') failed.push(`${new Date().toISOString()} ${outcome}`);
      if (typeof response !== 'string') await response.arrayBuffer();
      asked.set(outcome, (asked.get(outcome) ?? 0) + 1);
      await sleep(5);
    }
  };
  const loads = Array.from({ length: 8 }, load);
  await stack.up(['--no-recreate', '--scale', 'server=3']);
  await sleep(3_000);
  const servers = await stack.containers('server');
  expect(servers).toHaveLength(3);
  await killed(servers[1]!);
  await sleep(3_000);
  await stack.up(['--no-recreate', '--scale', 'server=2']);
  await sleep(2_000);
  over = true;
  await Promise.all(loads);
  expect(await stack.containers('server')).toHaveLength(2);
  expect(failed).toEqual([]);
  expect(asked.get('200')).toBeGreaterThan(500);
  await stack.up(['--no-recreate', '--scale', 'server=1']);
});

test('at rest all of it is small', async () => {
  await sleep(5_000);
  const ids = (await stack.containers()).filter(({ Name }) => !Name.includes('-sink-')).map(({ Id }) => Id);
  const used = (await docker(['stats', '--no-stream', '--format', '{{.MemUsage}}', ...ids])).trim().split('\n');
  const units: Record<string, number> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };
  const bytes = used.map((text) => text.match(/^([\d.]+)(\w+)/)!).map(([, n, unit]) => Number(n) * units[unit!]!);
  numbers.idle_mb = bytes.reduce((sum, each) => sum + each, 0) / 1e6;
  expect(numbers.idle_mb).toBeLessThan(90);
});

test('backup, everything wiped, restore: the same data, and the same people signed in', async () => {
  const file = join(dir, 'backup.tar.gz.age');
  await stack.save(['exec', '-T', 'server', 'server', 'backup', '--to', '-'], file);
  const by = await planner();
  await by.create({ title: 'After the backup', steps: [{ title: 'Wait', minutes: 5 }], start: today() });
  await stack.down({ volumes: true });
  chmodSync(file, 0o644);
  await stack.run(['run', '--rm', '--no-deps', '-T', '--volume', `${file}:/tmp/backup:ro`, 'server', 'restore', '/tmp/backup']);
  await stack.up();
  await expectMyDay('Morning');
  await expect(tab.getByText('After the backup')).toHaveCount(0);
});

test('what an earlier version has stored is brought up to date, after a backup', async () => {
  await stack.down({ volumes: true });
  await stack.run(['create', 'server']);
  const mounts = ['--volume', `${stack.volume('sqlite_data')}:/database`, '--volume', `${stack.volume('keys')}:/keys`, '--volume', `${join(ROOT, 'e2e/smoke')}:/from:ro`];
  const unpack = 'tar -xzf /from/schema-4.tar.gz -C /database && mv /database/keys/keyring.json /keys/ && rm -r /database/keys && chmod 600 /database/daymark.db /keys/keyring.json && chown -R 10001:10001 /database /keys';
  await docker(['run', '--rm', '--network', 'none', ...mounts, BASE, 'sh', '-c', unpack]);
  await stack.up();
  const by = await planner({ email: 'earlier@daymark.example', password: 'lantern-orchard-velvet-29' });
  const day = await by.ask<{ occurrences: { title: string }[] }>('GET', 'days/2026-11-20');
  expect(day.occurrences.map(({ title }) => title)).toEqual(['Morning of an earlier version']);
  const [server] = await stack.containers('server');
  expect(await docker(['exec', server!.Id, 'ls', '/app/database/backups'])).toMatch(/^schema-4-\S+\.db$/m);
});

test('all in one: one container and one volume', async () => {
  const free = await freePort();
  const at = `http://localhost:${free}`;
  const name = `${stack.project}-all-in-one`;
  const confined = ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];
  const start = () => docker(['run', '--detach', '--name', name, '--publish', `127.0.0.1:${free}:4000`, '--volume', `${stack.volume('one')}:/app/database`, '--env', `PUBLIC_URL=${at}`, ...confined, 'daymark-all-in-one']);
  const healthy = () => expect.poll(() => docker(['inspect', '--format', '{{.State.Health.Status}}', name]), { timeout: 30_000 }).toBe('healthy\n');
  await start();
  await healthy();
  const link = (await docker(['logs', name], { both: true })).match(/setup=(\S+)/)?.[1];
  const account = await createAccount(at, { ...newCredentials(), setup: link });
  await new Planner(at, account.accessToken).create({ title: 'Evening', steps: [{ title: 'Read', minutes: 20 }], start: today() });
  await docker(['rm', '--force', name]);
  await start();
  await healthy();
  const by = await planner(account, at);
  const day = await by.ask<{ occurrences: { title: string }[] }>('GET', `days/${civil().date}`);
  expect(day.occurrences.map(({ title }) => title)).toEqual(['Evening']);
  expect((await fetch(at)).headers.get('content-type')).toBe('text/html; charset=utf-8');
  await docker(['rm', '--force', name]);
  await docker(['volume', 'rm', stack.volume('one')]);
});
