// What is built in containers: the client in its image, the client alone for whoever wants to put it into one, and development on
// mounted sources. Each works on a copy of the sources that belongs to somebody else, so that it is seen who writes what.
import { expect as impatient, test } from '@playwright/test';
import { createHash } from 'node:crypto';
import { chownSync, cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { Compose, docker } from '../lib/docker.ts';
import { ask } from '../lib/http.ts';
import { ROOT } from '../lib/nginx.ts';
import { freePort } from '../lib/processes.ts';

test.describe.configure({ mode: 'serial' });
const expect = impatient.configure({ timeout: 15_000 });

const MINUTE = 60_000;
/** Nobody whom the machine knows; files cannot be given away by everybody. */
const OWNER = process.getuid?.() === 0 ? 12_345 : process.getuid!();
const WEB = `daymark-smoke-builds-${process.pid}`;
/** Always the same, so that what was compiled in its volumes `registry` and `target` is there the next time. */
const DEVELOPMENT = 'daymark-smoke-development';

let copy: string;
/** Compose as somebody runs it who has nothing else set. */
const environment: NodeJS.ProcessEnv = { COMPOSE_FILE: undefined, COMPOSE_PROFILES: undefined, COMPOSE_PROJECT_NAME: WEB };
const compose = (args: string[], env: NodeJS.ProcessEnv, seconds: number) => docker(['compose', '--progress', 'plain', ...args], { cwd: copy, env: { ...environment, ...env }, seconds });

/** The files below a folder, by their paths. */
function files(below: string): string[] {
  return readdirSync(below, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(below.length + 1))
    .toSorted();
}

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Each file and folder of the copy: whose it is, and what is in it. */
function state(): Map<string, string> {
  const paths = readdirSync(copy, { recursive: true }).map(String);
  return new Map(
    paths.map((path) => {
      const stat = lstatSync(join(copy, path));
      return [path, `${stat.uid} ${stat.isFile() ? digest(readFileSync(join(copy, path))) : 'folder'}`];
    }),
  );
}

/** Replaces words that must be there, once. */
function change(file: string, from: string, to: string): void {
  const text = readFileSync(join(copy, file), 'utf8');
  if (text.split(from).length !== 2) throw new Error(`${file} does not have "${from}" once: change this test with it`);
  writeFileSync(join(copy, file), text.replace(from, to));
}

/** A file of the image, or of all of them the paths. */
const inImage = (script: string) => docker(['run', '--rm', '--network', 'none', '--entrypoint', 'sh', WEB, '-c', `cd /srv/client && ${script}`]);
const clientInImage = async () => (await inImage('find . -type f')).split('\n').filter(Boolean).map((path) => path.slice(2)).toSorted();
/** Names as they are whatever is in the files. */
const unhashed = (names: string[]) => names.map((name) => name.replace(/-[0-9a-f]{16}/, '-HASH'));

test.beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'daymark-builds-'));
  const taken = ['.cargo', '.dockerignore', '.env.example', 'Cargo.lock', 'Cargo.toml', 'client', 'docker', 'docker-compose.override.yml', 'docker-compose.yml', 'nginx', 'rust-toolchain.toml', 'scripts', 'server', 'shared'];
  const left = new Set(['client/dist', 'server/tests', 'shared/tests'].map((path) => join(ROOT, path)));
  // Newer than what an earlier run has compiled.
  for (const name of taken) {
    cpSync(join(ROOT, name), join(copy, name), { recursive: true, filter: (source) => !left.has(source) });
  }
  mkdirSync(join(copy, 'client/dist'));
  for (const path of ['', ...readdirSync(copy, { recursive: true }).map(String)]) chownSync(join(copy, path), OWNER, OWNER);
});

test.afterAll(async () => {
  await docker(['image', 'rm', '--force', WEB]).catch(() => undefined);
  rmSync(copy, { recursive: true, force: true });
});

test('the client that is built in its image is all there, and starts', async ({ page }) => {
  test.setTimeout(60 * MINUTE);
  const args = ['--file', 'docker/Dockerfile', '--target', 'web', '--build-arg', 'CLIENT_FROM=source', '--tag', WEB, '.'];
  await docker(['build', '--quiet', ...args], { cwd: copy, seconds: 40 * 60 });

  const built = await clientInImage();
  const served = ['index.html', 'manifest.webmanifest', 'sw.js', 'daymark-client-HASH.js', 'daymark-client_bg-HASH.wasm', 'style-HASH.css'];
  expect(unhashed(built)).toEqual(expect.arrayContaining(served.flatMap((name) => [name, `${name}.br`, `${name}.gz`])));
  // As a build outside has it, where there is one.
  const outside = join(ROOT, 'client/dist');
  if (existsSync(join(outside, 'index.html'))) expect(unhashed(built), 'client/dist, unless it is old: make client').toEqual(unhashed(files(outside)));

  const fragment = join(copy, '..', `${WEB}.yml`);
  writeFileSync(fragment, `services: { web: { image: ${WEB} } }\n`);
  const port = await freePort();
  const stack = new Compose(WEB, { BIND: '127.0.0.1', PORT: `${port}` }, [fragment]);
  try {
    await stack.run(['build', 'server'], 35 * 60);
    await stack.up(['--no-build', 'web', 'server', 'valkey']);
    const program = built.find((name) => name.endsWith('.wasm'))!;
    const plain = (await ask(port, `/${program}`, { headers: { 'Accept-Encoding': 'identity' } })).body;
    for (const [coding, unpacked] of [['br', brotliDecompressSync], ['gzip', gunzipSync]] as const) {
      const answer = await ask(port, `/${program}`, { headers: { 'Accept-Encoding': coding } });
      expect(answer.headers['content-encoding']).toBe(coding);
      expect(digest(unpacked(answer.body)), coding).toBe(digest(plain));
    }
    await page.goto(`http://localhost:${port}/`);
    await expect(page.getByText('This server has no account yet')).toBeVisible();
  } finally {
    await stack.down({ volumes: true }).catch(console.error);
    rmSync(fragment);
  }
});

test('the builder writes the client into its folder, for whose it is, and `web` takes it', async () => {
  test.setTimeout(45 * MINUTE);
  // As the README has it, with names of our own.
  cpSync(join(copy, '.env.example'), join(copy, '.env'));
  writeFileSync(join(copy, 'names.yml'), `services: { web: { image: ${WEB} }, builder: { image: ${WEB}-client } }\n`);
  const env = { COMPOSE_FILE: 'docker-compose.yml:names.yml' };
  const dist = join(copy, 'client/dist');
  writeFileSync(join(dist, 'of-an-earlier-build.js'), '');
  try {
    await compose(['--profile', 'builder', 'run', '--build', '--rm', 'builder'], env, 40 * 60);
    const built = files(dist);
    expect(unhashed(built)).toEqual(expect.arrayContaining(['index.html', 'index.html.br', 'daymark-client_bg-HASH.wasm']));
    expect(built).not.toContain('of-an-earlier-build.js');
    expect(new Set(['', ...readdirSync(dist, { recursive: true }).map(String)].map((path) => lstatSync(join(dist, path)).uid))).toEqual(new Set([OWNER]));

    // What is there is taken, not built anew.
    writeFileSync(join(dist, 'index.html'), 'from the folder');
    await compose(['build', 'web'], { ...env, CLIENT_FROM: 'dist' }, 10 * 60);
    expect(await inImage('cat index.html')).toBe('from the folder');
    expect(await clientInImage()).toEqual(built);
  } finally {
    await compose(['down', '--volumes', '--remove-orphans'], env, 120).catch(console.error);
    await docker(['image', 'rm', '--force', `${WEB}-client`]).catch(console.error);
    for (const name of ['.env', 'names.yml']) rmSync(join(copy, name));
    rmSync(dist, { recursive: true });
  }
});

test('development: changed lines of client and server are seen, and nothing is written into the sources', { tag: '@long' }, async ({ page }) => {
  test.setTimeout(75 * MINUTE);
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const env = { COMPOSE_PROJECT_NAME: DEVELOPMENT, PORT: `${port}` };
  const runs = async () => (await compose(['ps', '--status', 'running', '--services'], env, 60)).trim();
  const fresh = async () => {
    await compose(['down', '--timeout', '20', '--remove-orphans'], env, 240);
    await docker(['volume', 'rm', '--force', `${DEVELOPMENT}_data`]);
  };
  const instance = () => fetch(`${url}/api/v1/instance`, { signal: AbortSignal.timeout(10_000) }).then((response) => response.text(), String);
  await fresh();
  try {
    const before = state();
    await compose(['up', '--build', '--detach'], env, 30 * 60);
    expect(await runs()).toBe('dev');
    // Both are compiled, at first with all that they depend on.
    await expect.poll(instance, { timeout: 25 * MINUTE, intervals: [2_000] }).toContain('"version"');
    await expect.poll(() => fetch(url).then((response) => response.status, String), { timeout: 25 * MINUTE, intervals: [2_000] }).toBe(200);
    await page.goto(url);
    await expect(page.getByText('then walk through it.')).toBeVisible({ timeout: MINUTE });

    change('client/src/welcome/words.rs', 'then walk through it.', 'then stroll through it.');
    await expect(page.getByText('then stroll through it.')).toBeVisible({ timeout: 8 * MINUTE });
    change('server/src/accounts/http.rs', 'version: env!("CARGO_PKG_VERSION").to_owned()', 'version: "as it was changed".to_owned()');
    await expect.poll(instance, { timeout: 8 * MINUTE, intervals: [1_000] }).toContain('as it was changed');
    expect(await runs()).toBe('dev');

    const changed = [...state()].filter(([path, what]) => before.get(path) !== what).map(([path]) => path);
    expect(changed).toEqual(['client/src/welcome/words.rs', 'server/src/accounts/http.rs']);
    expect(state().size).toBe(before.size);
  } catch (error) {
    console.error(await compose(['logs', '--no-color', '--tail', '60'], env, 60).catch(String));
    throw error;
  } finally {
    await fresh().catch(console.error);
  }
});
