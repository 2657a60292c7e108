// Debian's Caddy in a container, as docs/operations.md tells operators to set it up.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage } from 'node:http';
import { request, type RequestOptions } from 'node:https';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { docker } from './docker.ts';
import { sections } from './document.ts';
import { ROOT } from './nginx.ts';
import { replaced } from './outer-proxy.ts';
import { freePort } from './processes.ts';

const IMAGE = 'daymark-test-caddy';
const DOCKERFILE = `FROM debian:trixie-slim
RUN apt-get update && apt-get install --yes --no-install-recommends caddy && rm -rf /var/lib/apt/lists/*
`;

/** Once; after that Docker has it. */
export async function buildCaddy(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'daymark-caddy-'));
  writeFileSync(join(dir, 'Dockerfile'), DOCKERFILE);
  await docker(['build', '--quiet', '--tag', IMAGE, dir], { seconds: 600 }).finally(() => rmSync(dir, { recursive: true, force: true }));
}

/** The example for Caddy below a heading of the operator's guide, with other words. */
export function caddyExample(heading: string, words: Record<string, string>): string {
  const guide = sections(readFileSync(join(ROOT, 'docs/operations.md'), 'utf8'));
  const block = guide.find(({ title }) => title === heading)?.blocks.find(({ language }) => language === 'caddy');
  if (!block) throw new Error(`docs/operations.md has no example for Caddy below ${heading}`);
  return replaced(block.text, words);
}

export interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: string;
}

export class Caddy {
  private constructor(
    private readonly name: string,
    private readonly dir: string,
    /** Plain HTTP. */
    readonly plain: number,
    readonly port: number,
  ) {}

  /** Certificates are its own: authorities do not reach this machine. All else is as the sites say. */
  static async start(name: string, sites: string): Promise<Caddy> {
    const [plain, port, dir] = [await freePort(), await freePort(), mkdtempSync(join(tmpdir(), 'daymark-caddy-'))];
    const options = ['admin off', 'local_certs', 'skip_install_trust', `http_port ${plain}`, `https_port ${port}`];
    writeFileSync(join(dir, 'Caddyfile'), `{\n${options.map((each) => `\t${each}\n`).join('')}}\n\n${sites}`);
    const mounts = ['--volume', `${dir}:/etc/caddy:ro`];
    await docker(['run', '--detach', '--name', name, '--network', 'host', ...mounts, IMAGE, 'caddy', 'run', '--config', '/etc/caddy/Caddyfile'], { seconds: 180 });
    const caddy = new Caddy(name, dir, plain, port);
    const deadline = Date.now() + 60_000;
    while (!(await caddy.listens())) {
      if (Date.now() > deadline) throw new Error(`Caddy does not listen:\n${await docker(['logs', name], { both: true })}`);
      await sleep(100);
    }
    return caddy;
  }

  private listens(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = createConnection(this.port, '127.0.0.1');
      socket.on('connect', () => socket.destroy(void resolve(true))).on('error', () => resolve(false));
    });
  }

  /** Begins a request to a host behind it. */
  open(host: string, path: string, options: RequestOptions = {}, body = ''): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = { Host: host, ...(options.headers as Record<string, string>) };
      const asking = request({ host: '127.0.0.1', port: this.port, path, servername: host, rejectUnauthorized: false, agent: false, timeout: 25_000, ...options, headers }, resolve);
      asking.on('timeout', () => asking.destroy(new Error(`no answer for ${path}`))).on('error', reject).end(body);
    });
  }

  async ask(host: string, path: string, options: RequestOptions = {}, body = ''): Promise<Answer> {
    const incoming = await this.open(host, path, options, body);
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part as Buffer);
    return { status: incoming.statusCode!, headers: incoming.headers, body: Buffer.concat(parts).toString() };
  }

  async stop(): Promise<void> {
    await docker(['rm', '--force', this.name]);
    rmSync(this.dir, { recursive: true, force: true });
  }
}
