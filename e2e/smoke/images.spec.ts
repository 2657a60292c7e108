// The images, built from a clone in which an operator keeps what must get into none of them.
import { expect, test } from '@playwright/test';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Compose, docker } from '../lib/docker.ts';
import { layersAbove } from '../lib/image.ts';
import { clone, CLIENT_FROM } from './clone.ts';
import { record } from './numbers.ts';

test.describe.configure({ mode: 'serial' });

const BASE = 'debian:trixie-slim';
const IMAGES = ['server', 'web', 'all-in-one'] as const;
/** What must be found in no image: it is in the environment while they are built, and in files beside what they are made of. */
const SECRET = `canary-${randomBytes(12).toString('hex')}`;
/** Where operators keep such things: as the documents say, and by mistake within folders that images are made of. */
const PRIVATE = [
  '.env',
  '.env.production',
  'acme/token',
  'certificates/privkey.pem',
  'client/.env.local',
  'compose.secrets.yml',
  'data/daymark.db',
  'data/daymark.db-wal',
  'data/keys/keyring.json',
  'daymark.tar.gz',
  'docker/.env',
  'e2e/test-results/logs/server.log',
  'nginx/certificates/privkey.pem',
  'nginx/day.example.org.key',
  'releases/0.1.0/deploy.log',
  'scripts/.env',
  'secrets/smtp_url',
  'server/data/backups/before-restore-1.db',
  'server/data/keys/keyring.json',
  'target/test-logs/rust.log',
];

let dir: string;
let sources: string;

test.beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'daymark-smoke-images-'));
  sources = join(dir, 'sources');
  clone(sources);
  for (const file of PRIVATE) {
    mkdirSync(dirname(join(sources, file)), { recursive: true });
    writeFileSync(join(sources, file), `SMTP_URL=smtp://daymark:${SECRET}@mail.invalid\n`);
  }
});

test.afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('the images are built', async () => {
  test.setTimeout(40 * 60_000);
  const env = { CLIENT_FROM, SMTP_URL: `smtp://daymark:${SECRET}@mail.invalid`, MASTER_KEY: SECRET, BACKUP_PASSPHRASE: SECRET };
  const project = new Compose(`daymark-smoke-images-${process.pid}`, env, [], sources);
  await project.run(['build', 'server', 'web'], 35 * 60);
  const args = ['--build-arg', `CLIENT_FROM=${CLIENT_FROM}`, '--tag', 'daymark-all-in-one', '.'];
  await docker(['build', '--quiet', '--file', 'docker/Dockerfile', '--target', 'all-in-one', ...args], { cwd: sources, env, seconds: 35 * 60 });
});

test('what images are built from holds no secret of an operator', async () => {
  const [dockerfile, seen] = [join(dir, 'context.Dockerfile'), join(dir, 'seen')];
  writeFileSync(dockerfile, 'FROM scratch\nCOPY . /\n');
  await docker(['build', '--quiet', '--file', dockerfile, '--output', `type=local,dest=${seen}`, '.'], { cwd: sources });
  const files = readdirSync(seen, { recursive: true, encoding: 'utf8' }).filter((file) => statSync(join(seen, file)).isFile());
  expect(files).toEqual(expect.arrayContaining(['Cargo.lock', 'client/Cargo.toml', 'docker/web.sh', 'nginx/nginx.conf', 'server/src/main.rs']));
  expect(files.filter((file) => readFileSync(join(seen, file)).includes(SECRET))).toEqual([]);
});

test('no secret is in an image, nor what is not needed to run', async () => {
  test.setTimeout(15 * 60_000);
  for (const image of IMAGES) {
    const name = `daymark-${image}`;
    const inspected = await docker(['image', 'inspect', name]);
    expect(inspected).not.toContain(SECRET);
    expect(inspected).not.toMatch(/"(MASTER_KEY|SMTP_URL|VALKEY_URL|BACKUP_PASSPHRASE)=/);
    const { files, compressed, found } = await layersAbove(name, BASE, [SECRET, 'PRIVATE KEY-----']);
    expect(found, name).toEqual([]);
    expect(files.filter((file) => /(^|\/)(\.env|\.git|keyring\.json|[^/]*\.db|cargo|rustc|gcc|cc1|ld|curl|wget|node|npm)$/.test(file)), name).toEqual([]);
    record(`${image.replaceAll('-', '_')}_compressed_mb`, compressed / 1e6);
    expect(compressed / 1e6, name).toBeLessThan(image === 'all-in-one' ? 20 : 15);
    const [{ Config }] = JSON.parse(inspected) as [{ Config: { Labels: Record<string, string> } }];
    for (const label of ['title', 'description', 'licenses', 'version', 'revision']) {
      expect(Config.Labels[`org.opencontainers.image.${label}`], `${name} ${label}`).toBeTruthy();
    }
  }
  // The scan sees what is there.
  expect((await layersAbove('daymark-web', BASE, ['brotli_static on'])).found).not.toEqual([]);
});

test('a changed line of the server compiles no dependency anew', async () => {
  test.setTimeout(15 * 60_000);
  // It does not compile, so that it is known soon what was compiled before it.
  writeFileSync(join(sources, 'server/src/main.rs'), 'compile_error!("a changed line");\nfn main() {}\n');
  const args = ['build', '--progress', 'plain', '--file', 'docker/Dockerfile', '--target', 'server-build', '.'];
  const said = await docker(args, { cwd: sources, seconds: 600 }).catch(String);
  expect(said).toContain('a changed line');
  const compiled = [...said.matchAll(/Compiling (?!daymark-)\S+/g)].map(([line]) => line);
  record('rebuilt_dependencies', compiled.length);
  expect(compiled).toEqual([]);
});
