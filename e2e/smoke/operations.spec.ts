// Each command that the README and docs/operations.md tell is typed here, in the order in which it stands there, in a clone and
// on a stack of its own. What cannot be typed as it stands is listed below, with the reason.
import { expect, test } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import { randomBytes, X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { createAccount, newCredentials } from '../lib/account.ts';
import { docker } from '../lib/docker.ts';
import { type Command, type Section, sections } from '../lib/document.ts';
import { ROOT } from '../lib/nginx.ts';
import { replaced } from '../lib/outer-proxy.ts';
import { freePort } from '../lib/processes.ts';
import { CLIENT_FROM } from './clone.ts';
import { SOMEBODY, storeEarlier } from './earlier.ts';
import { Shell } from './shell.ts';

test.describe.configure({ mode: 'serial', timeout: 1_200_000 });

const PROJECT = `daymark-operations-${process.pid}`;
const README = sections(readFileSync(join(ROOT, 'README.md'), 'utf8'));
const GUIDE = sections(readFileSync(join(ROOT, 'docs/operations.md'), 'utf8'));

const WEB_OF_DIST = 'CLIENT_FROM=dist docker compose build web';
const SECRET_FOR_ONE = 'sudo chown 10001 secrets/smtp_url';
const SECRET_FOR_ALL = 'chmod 0444 secrets/smtp_url';
const REQUEST = '4bf92f3577b34da6';
const LINES_OF_A_REQUEST = `docker compose logs web server jobs | jq -cR 'sub("^[^{]*"; "") | fromjson? | select(.request_id == "${REQUEST}")'`;

/** Sections that are tried elsewhere, and where. */
const ELSEWHERE: Record<string, string> = {
  'Deploying by GitHub Actions': 'asks for GitHub, its registry and another machine: scripts/checks/deploy_test.py runs scripts/deploy with a Docker that is modelled',
};

/** What is not typed, and why. */
const NOT_TYPED: Record<string, string> = {
  make: 'lists what make knows; no part of running Daymark',
  'make bench': 'measures for minutes; it is run where docs/performance.md is written',
  'make client': 'is how the client came here',
  'make dev': 'does not end; builds.spec.ts has it in a container',
  'make run': 'builds on this machine and does not end; e2e/lib/stack.ts starts what it starts',
  'make smoke': 'is what runs this',
  'make test': 'runs before this',
  'docker compose up': 'is development where it stands: builds.spec.ts',
  'docker compose --profile builder run --build --rm builder': 'builds for minutes: builds.spec.ts',
  'server all': 'a mode: below, the container of all-in-one is in it',
  'server api': 'a mode: the container `server` is in it',
  'server jobs': 'a mode: the container `jobs` is in it',
  'target/release/server all': 'a mode, without a container: e2e/tests/below-a-path.spec.ts',
};

let shell: Shell;
let port: number;
const ports = { one: 0, drill: 0, tls: 0 };
const password = `harbour-${randomBytes(6).toString('hex')}-meadow`;
const me = newCredentials();
/** A key of age's, as `age-keygen` prints it. */
let recipient: string;

/** Words that are others here, and why. */
const OTHER_WORDS: [string, () => string | Promise<string>, string][] = [
  ['daymark-all-in-one', () => `${PROJECT}-all-in-one`, 'an image of this name may be in use'],
  [' --target all-in-one', () => ` --target all-in-one --build-arg CLIENT_FROM=${CLIENT_FROM}`, 'the client in client/dist is taken where there is one'],
  ['--name daymark --publish 4000:4000 --volume daymark:', () => `--name ${PROJECT}-one --publish 127.0.0.1:${ports.one}:4000 --volume ${PROJECT}_one:`, 'somebody may have this port, and these names'],
  ['PUBLIC_URL=http://localhost:4000', () => `PUBLIC_URL=http://localhost:${ports.one}`, 'the same'],
  ['docker logs daymark', () => `docker logs ${PROJECT}-one`, 'the same'],
  ['BIND=127.0.0.1 PORT=4100 PUBLIC_URL=http://localhost:4100', () => `BIND=127.0.0.1 PORT=${ports.drill} PUBLIC_URL=http://localhost:${ports.drill}`, 'the same'],
  ['--project-name drill', () => `--project-name ${PROJECT}-drill`, 'the same'],
  ['COMPOSE_FILE=docker-compose.yml BIND', () => 'COMPOSE_FILE=docker-compose.yml:compose.apart.yml BIND', 'images have names of their own here'],
  ['http://127.0.0.1:9464', async () => `http://${await addressOf('server')}:9464`, 'the port is open inside the containers'],
  ['ssh nas ', () => 'sh -c ', 'there is no other machine'],
  ['daymark_default', () => `${PROJECT}_default`, 'the same'],
  ['sudo certbot ', () => 'certbot ', 'no authority reaches this machine: one stands in for it, below'],
  ['--mode 700 /mnt/nas/daymark', () => `--mode 700 ${join(shell.dir, 'nas/daymark')}`, 'the folder lies in the clone'],
  [' FILE', () => ' /mnt/nas/daymark.tar.gz', 'the reader puts a name there'],
  ['age1…', () => recipient, 'the reader puts a key there'],
  ['age --decrypt ', () => `age --decrypt --identity ${join(shell.outer, 'identity')} `, 'age asks for a passphrase at a terminal alone'],
  ['schema-4-20261122T154500123Z.db', copyBeforeUpgrade, 'has another name at each upgrade'],
];

/** What a command must print; those that show a log are asked until they do. */
const PRINTS: Record<string, RegExp> = {
  'docker logs daymark': /Create the first account: http/,
  'docker compose exec server server account list': /@/,
  'docker compose exec server server account invite': /http:\/\/localhost:\d+\/\S+/,
  'docker compose ps': /healthy/,
  'server account reset-password mira@example.org': /http:\/\/localhost:\d+\/\S+/,
  'curl http://127.0.0.1:9464/log': /info/,
  'docker compose run --rm --no-deps --entrypoint ls server /app/database/backups': /^schema-\d+-\S+\.db$/m,
  [LINES_OF_A_REQUEST]:
    /"route":"\/api\/v1\/instance"[\s\S]*"path":"\/api\/v1\/instance"|"path":"\/api\/v1\/instance"[\s\S]*"route":"\/api\/v1\/instance"/,
};

/** What has to be there first: a section's, by its title, or a command's. */
const FIRST: Record<string, () => Promise<unknown>> = {
  [LINES_OF_A_REQUEST]: () =>
    fetch(`http://localhost:${port}/api/v1/instance`, { headers: { 'X-Request-Id': REQUEST }, signal: AbortSignal.timeout(10_000) }),
  'age --decrypt --output backup.tar.gz backup.tar.gz.age': () => typed(`server backup --to - --recipient ${recipient} > backup.tar.gz.age`),
  // Where the client was built in the image, it is there alone.
  [WEB_OF_DIST]: async () => {
    if (existsSync(join(shell.dir, 'client/dist/index.html'))) return;
    await typed(`id=$(docker create ${PROJECT}-web) && docker cp "$id:/srv/client" client/dist && docker rm "$id"`);
  },
  [SECRET_FOR_ALL]: async () => shell.write('secrets/smtp_url', 'smtp://mail.example.org', 0o600),
  [SECRET_FOR_ONE]: async () => shell.write('secrets/smtp_url', 'smtp://mail.example.org', 0o600),
  Upgrade: async () => {
    await typed('docker compose down --volumes && docker compose create server');
    await storeEarlier(`${PROJECT}_sqlite_data`, `${PROJECT}_keys`);
    shell.publish('A newer version');
  },
};

/** Settings of a section, by its title: those of the example in it. */
const WITH: Record<string, () => Record<string, string>> = {
  TLS: () => ({ ...withFragment('compose.tls.yml', { '"443:8443"': `"127.0.0.1:${ports.tls}:8443"` }), PORT: `${port}`, PUBLIC_URL: `https://localhost:${ports.tls}` }),
};

/** What must be so when a section has been typed. */
const THEN: Record<string, () => Promise<unknown>> = {
  'Start it': firstAccount,
  TLS: async () => {
    const { fingerprint256 } = new X509Certificate(readFileSync(join(shell.outer, 'live/fullchain.pem')));
    await expect.poll(() => served(ports.tls), { timeout: 60_000 }).toBe(fingerprint256);
  },
  Accounts: () => signedIn({ email: 'elif@example.org', password }),
  'Backup and restore': () => signedIn(me),
  Upgrade: () => signedIn(SOMEBODY),
};

/** Stands for Certbot and for an authority: asks for the proof as one would, and has a certificate to install. */
const CERTBOT = `
while (($#)); do
  case $1 in
    --webroot-path) webroot=$2 && shift ;;
    --domain) domain=$2 && shift ;;
    --deploy-hook) hook=$2 && shift ;;
  esac
  shift
done
proof=.well-known/acme-challenge/proof
echo is-here >"$webroot/$proof"
[[ $(curl --silent --fail --max-time 20 "http://localhost:$PORT/$proof") == is-here ]]
mkdir -p ../live
openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj "/CN=$domain" -keyout ../live/privkey.pem -out ../live/fullchain.pem
sudo env RENEWED_LINEAGE="$PWD/../live" sh -c "$hook"`;

/** The certificate that is served. */
function served(tlsPort: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: tlsPort, servername: 'localhost', rejectUnauthorized: false, timeout: 10_000 }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.on('timeout', () => socket.destroy(new Error('no answer'))).on('error', reject);
  });
}

/** A command with the words that it has here. */
async function here(command: string): Promise<string> {
  let text = command;
  for (const [word, instead] of OTHER_WORDS) if (text.includes(word)) text = text.replaceAll(word, await instead());
  return text;
}

/** Types a command, which must end with success, and print what it should. */
async function typed(command: string, env: Record<string, string> = {}, prints?: RegExp): Promise<string> {
  const text = await here(command);
  const deadline = Date.now() + 60_000;
  for (;;) {
    const { code, printed } = await shell.run(text, { seconds: 540, env: { PASSWORD: password, ...env } });
    expect(code, `${text}\n${printed.slice(-3000)}`).toBe(0);
    if (prints === undefined || prints.test(printed)) return printed;
    if (Date.now() > deadline) expect(printed, text).toMatch(prints);
  }
}

async function addressOf(service: string): Promise<string> {
  const id = (await typed(`docker compose ps --quiet ${service}`)).trim();
  return (await docker(['inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', id])).trim();
}

async function copyBeforeUpgrade(): Promise<string> {
  const listed = await typed('docker compose run --rm --no-deps --entrypoint ls server /app/database/backups');
  return listed.match(/^schema-\d+-\S+\.db$/m)![0];
}

async function firstAccount(): Promise<void> {
  const link = (await typed('docker compose logs server', {}, /Create the first account: http/)).match(/setup=(\S+)/)![1]!;
  await createAccount(`http://localhost:${port}`, { ...me, setup: link });
}

async function signedIn({ email, password }: { email: string; password: string }): Promise<void> {
  const response = await fetch(`http://localhost:${port}/api/v1/sessions`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email, password }),
    signal: AbortSignal.timeout(10_000),
  });
  expect(response.status, await response.text()).toBe(201);
}

test.beforeAll(async () => {
  port = await freePort();
  for (const name of ['one', 'drill', 'tls'] as const) ports[name] = await freePort();
  shell = new Shell(PROJECT, {
    COMPOSE_FILE: 'docker-compose.yml:compose.apart.yml',
    BIND: '127.0.0.1',
    PORT: `${port}`,
    CLIENT_FROM,
    BACKUP_PASSPHRASE: `canary-${randomBytes(12).toString('hex')}`,
  });
  mkdirSync(join(shell.dir, 'nas/daymark'), { recursive: true });
  for (const folder of ['nas', 'nas/daymark']) chmodSync(join(shell.dir, folder), 0o777);
  shell.write(
    'compose.apart.yml',
    `services:\n  web: { image: ${PROJECT}-web }\n  server: { image: ${PROJECT}-server, volumes: ["./nas:/mnt/nas"] }\n  jobs: { image: ${PROJECT}-server }\n`,
  );
  shell.program('certbot', CERTBOT);
  const identity = execFileSync('age-keygen', { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  shell.write('../identity', identity);
  recipient = identity.match(/age1\w+/)![0];
});

test.afterAll(async () => {
  await docker(['rm', '--force', '--volumes', `${PROJECT}-one`]).catch(() => undefined);
  await docker(['volume', 'rm', '--force', `${PROJECT}_one`]).catch(() => undefined);
  if (shell !== undefined) {
    for (const project of [`${PROJECT}-drill`, PROJECT]) {
      await shell.run(`docker compose --project-name ${project} --file docker-compose.yml down --timeout 5 --volumes --remove-orphans`);
    }
    await shell.remove();
  }
  for (const image of ['web', 'server', 'all-in-one']) await docker(['rmi', '--no-prune', `${PROJECT}-${image}`]).catch(() => undefined);
});

const trying = [...README, ...GUIDE].filter(({ title }) => !(title in ELSEWHERE));

test('every exception is of use', () => {
  const commands = trying.flatMap((section) => section.commands).map(({ text }) => text);
  const typedOnes = commands.filter((text) => !(text in NOT_TYPED));
  const titles = [...README, ...GUIDE].map(({ title }) => title);
  expect(Object.keys(ELSEWHERE).filter((title) => !titles.includes(title))).toEqual([]);
  expect(Object.keys(NOT_TYPED).filter((text) => !commands.includes(text))).toEqual([]);
  expect(OTHER_WORDS.map(([word]) => word).filter((word) => !typedOnes.some((text) => text.includes(word)))).toEqual([]);
  expect(Object.keys(PRINTS).filter((text) => !typedOnes.includes(text))).toEqual([]);
  expect(Object.keys({ ...FIRST, ...THEN }).filter((what) => !typedOnes.includes(what) && !trying.some(({ title, commands: some }) => title === what && some.length > 0))).toEqual([]);
  expect(typedOnes.length).toBeGreaterThan(60);
});

async function type({ text, line }: Command, env: Record<string, string>): Promise<void> {
  await FIRST[text]?.();
  await test.step(`line ${line}: ${text}`, () => typed(text, env, PRINTS[text]));
}

async function section({ title, commands }: Section): Promise<void> {
  await FIRST[title]?.();
  const env = WITH[title]?.() ?? {};
  for (const command of commands) if (!(command.text in NOT_TYPED)) await type(command, env);
  await THEN[title]?.();
}

for (const [file, found] of [['README.md', README], ['docs/operations.md', GUIDE]] as const) {
  for (const each of found) {
    if (each.title in ELSEWHERE || each.commands.every(({ text }) => text in NOT_TYPED)) continue;
    test(`${file}: ${each.title || 'the first lines'}`, async () => {
      // What the section before has taken down.
      if (file !== 'README.md' && each.title !== 'Upgrade') await typed('docker compose up --detach --wait');
      await section(each);
    });
  }
}

/** Examples for other programs than Compose, and who tries them. */
const OTHER_BLOCKS: Record<string, string> = {
  'nginx, Behind a reverse proxy': 'e2e/tests/reverse-proxy.spec.ts',
  'nginx, Under a path': 'e2e/tests/below-a-path.spec.ts',
  'caddy, Behind a reverse proxy': 'caddy.spec.ts',
  'caddy, Under a path': 'caddy.spec.ts',
  'yaml, filebeat.yml': 'nobody: Filebeat is not to be had where only package registries are reached',
};

const fragments = GUIDE.flatMap(({ title, blocks }) => blocks.map((block) => ({ ...block, title }))).map(({ language, text, title, line }) => {
  const name = text.match(/^# ([\w.-]+\.yml)\b/)?.[1];
  const settings = Object.fromEntries([...text.split('\n')[0]!.matchAll(/\b([A-Z_]+)=(\S+?)(?=,|\s|$)/g)].map(([, key, value]) => [key!, value!]));
  return { language, text, line, name, settings, what: `${language}, ${name ?? title}` };
});

test('each example is tried', async () => {
  const known = fragments.filter(({ what }) => what in OTHER_BLOCKS).map(({ what }) => what);
  expect(known.sort()).toEqual(Object.keys(OTHER_BLOCKS).sort());
  for (const { language, text, what, name, line, settings } of fragments.filter((each) => !(each.what in OTHER_BLOCKS))) {
    if (language === 'json') {
      for (const each of text.trim().split('\n')) JSON.parse(each);
      continue;
    }
    expect(name ?? `line ${line}: ${what}, which nobody tries`).toMatch(/^compose\.\w+\.yml$/);
    shell.write(name!, text);
    const files = settings.COMPOSE_FILE ?? `docker-compose.yml:${name}`;
    expect(files).toBe(`docker-compose.yml:${name}`);
    await test.step(`line ${line}: ${name}`, () => typed('docker compose config --quiet', { ...settings, COMPOSE_FILE: files }));
  }
});

test('a drill with a backup that lacks its keyring fails, until that is put back', async () => {
  const restore = 'docker compose --project-name drill run --rm --no-deps --volume "$PWD/daymark.tar.gz:/tmp/backup:ro" server restore /tmp/backup';
  const putBack = "docker compose run --rm --no-deps -T --entrypoint sh server -c 'umask 077 && cat > /app/keys/keyring.json' < keyring.json";
  const told = trying.flatMap(({ commands }) => commands.map(({ text }) => text));
  expect(told).toEqual(expect.arrayContaining([restore, putBack]));
  await typed('docker compose up --detach --wait');
  await typed('docker compose exec -T server cat /app/keys/keyring.json > keyring.json');
  await typed('docker compose exec -T --env BACKUP_PASSPHRASE= server server backup --to - > daymark.tar.gz');
  const refused = await shell.run(await here(restore));
  expect([refused.code, refused.printed]).toEqual([1, expect.stringMatching(/keyring/)]);
  await typed(putBack.replace('docker compose', 'docker compose --project-name drill'));
  await typed(restore);
  await typed('docker compose --project-name drill down --volumes');
});

/** The settings and the file of an example, beside what keeps this stack apart. */
function withFragment(name: string, words: Record<string, string> = {}): Record<string, string> {
  const { text, settings } = fragments.find((each) => each.name === name)!;
  shell.write(name, replaced(text, words));
  return { ...settings, COMPOSE_FILE: `${settings.COMPOSE_FILE}:compose.apart.yml` };
}

test('a secret of Compose is read, and one that cannot be is told of', async () => {
  const secret = shell.write('secrets/smtp_url', 'smtp://mail.example.org', 0o444);
  const env = { ...withFragment('compose.secrets.yml'), MAIL_FROM: 'day@example.org' };
  await typed('docker compose up --detach --wait', env);
  // Nobody has a mail server of that name: that the doctor looks for it shows that the secret was read.
  const doctor = 'docker compose run --rm --no-deps -T server doctor --offline';
  const looked = await shell.run(doctor, { env });
  expect([looked.code, looked.printed]).toEqual([1, expect.stringMatching(/^ok +configuration[\s\S]*^fail +mail/m)]);
  chmodSync(secret, 0o600);
  const { code, printed } = await shell.run(doctor, { env });
  // Root's file and anybody else's: user 10001 may not read either.
  expect([code, printed]).toEqual([1, expect.stringMatching(/SMTP_URL_FILE.*cannot be read/)]);
});

test('backups go to a folder from elsewhere', async () => {
  const env = withFragment('compose.backups.yml', { '/mnt/nas/daymark': join(shell.dir, 'nas/daymark') });
  await typed('docker compose up --detach --wait', env);
  await typed('docker compose exec -T server server backup', env);
  expect(await typed('sudo ls nas/daymark')).toMatch(/^manual-\S+\.tar\.gz\.age$/m);
});
