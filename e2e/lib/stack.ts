// The whole of Daymark as a person meets it: nginx, a server on a fresh database, Valkey (or Redis) beside it, and a push
// service for browsers.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, startNginx } from './nginx.ts';
import { answers, freePort, installed, Program } from './processes.ts';
import { PushService } from './push.ts';

export interface Stack {
  /** What a browser opens. */
  url: string;
  /** The server itself, without nginx. */
  serverUrl: string;
  /** The link for the first account, as printed at start. */
  setupLink: string;
  dataDir: string;
  /** The origin of our push service, and one that another may listen at: the server believes both. */
  push: string;
  otherPush: string;
  /** Starts one more server on the same database and Valkey, with an nginx of its own. */
  another(): Promise<Side>;
  stop(): Promise<void>;
}

/** One of several servers, and what a browser opens to meet it. */
export interface Side {
  url: string;
  /** `SIGKILL`: nothing is finished. */
  kill(): Promise<void>;
  /** Starts it again where it was. */
  restart(): Promise<void>;
}

/** The built server. */
export function serverProgram(): string {
  const server = process.env.DAYMARK_SERVER ?? join(ROOT, 'target/debug/server');
  if (!existsSync(server)) throw new Error(`${server} is missing: run cargo build`);
  return server;
}

/** The built client. */
export function clientFolder(): string {
  const client = process.env.DAYMARK_CLIENT ?? join(ROOT, 'client/dist');
  if (!existsSync(join(client, 'index.html'))) throw new Error(`${client} is missing: run make client`);
  return client;
}

export async function startStack(name = 'stack'): Promise<Stack> {
  const server = serverProgram();
  const client = clientFolder();
  const toStop: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const each of toStop.splice(0).reverse()) await each();
  };
  try {
    const dir = mkdtempSync(join(tmpdir(), 'daymark-e2e-'));
    toStop.push(async () => rmSync(dir, { recursive: true, force: true }));
    const [kvPort, serverPort, webPort] = [await freePort(), await freePort(), await freePort()];
    const otherPush = `http://localhost:${await freePort()}`;
    const push = await PushService.start(`${name}-push-service`);
    toStop.push(() => push.stop());

    const kvCommand = [installed('valkey-server', 'redis-server'), '--port', `${kvPort}`, '--bind', '127.0.0.1', '--save', '', '--dir', dir];
    const kv = new Program(`${name}-valkey`, kvCommand);
    toStop.push(() => kv.stop());
    await kv.until('it was ready', () => (/Ready to accept connections/.test(kv.output()) ? true : undefined));

    // `localhost`, where browsers take what they otherwise take over HTTPS only: Secure cookies, service workers.
    const url = `http://localhost:${webPort}`;
    const dataDir = join(dir, 'data');
    const env = {
      BIND: `127.0.0.1:${serverPort}`,
      DATA_DIR: dataDir,
      PUBLIC_URL: url,
      REGISTRATION: 'open',
      LOG: 'info',
      TRUSTED_PROXIES: '127.0.0.1',
      VALKEY_URL: `redis://127.0.0.1:${kvPort}`,
      // What stands for the internet is on this machine.
      OUTBOUND_ALLOW: '127.0.0.0/8',
      PUSH_SERVICES: `${push.origin},${otherPush}`,
      RUST_BACKTRACE: '1',
    };
    const startApi = async (apiName: string, port: number, publicUrl: string): Promise<Program> => {
      const started = new Program(apiName, [server, 'api'], { ...env, BIND: `127.0.0.1:${port}`, PUBLIC_URL: publicUrl });
      toStop.push(() => started.stop());
      await started.until('it was ready', () => answers(`http://127.0.0.1:${port}/readyz`));
      return started;
    };
    const serverUrl = `http://127.0.0.1:${serverPort}`;
    const api = await startApi(`${name}-server`, serverPort, url);
    const setupLink = await api.until('it printed the link for the first account', () =>
      api.output().match(/Create the first account: (\S+)/)?.[1], 5);

    // What sends reminders is a process of its own, as in production.
    const jobs = new Program(`${name}-jobs`, [server, 'jobs'], env);
    toStop.push(() => jobs.stop());

    const nginx = await startNginx(`${name}-nginx`, serverPort, client, webPort);
    toStop.push(() => nginx.stop());
    let sides = 0;
    const another = async (): Promise<Side> => {
      sides += 1;
      const [port, front] = [await freePort(), await freePort()];
      const side = `${name}-side-${sides}`;
      const sideUrl = `http://localhost:${front}`;
      let running = await startApi(`${side}-server`, port, sideUrl);
      const proxy = await startNginx(`${side}-nginx`, port, client, front);
      toStop.push(() => proxy.stop());
      let times = 0;
      return {
        url: sideUrl,
        async kill() {
          running.kill('SIGKILL');
          await running.stop();
        },
        async restart() {
          times += 1;
          running = await startApi(`${side}-server-again-${times}`, port, sideUrl);
        },
      };
    };
    return { url, serverUrl, setupLink, dataDir, push: push.origin, otherPush, another, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
