// nginx with the configuration of production, in front of whatever listens on `upstream`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answers, freePort, Program } from './processes.ts';

export const ROOT = join(import.meta.dirname, '../..');

export interface Nginx {
  port: number;
  /** What it has logged: one JSON object a request. */
  accessLog(): string;
  stop(): Promise<void>;
}

/**
 * `upstream` is a port of this machine, or what scripts/nginx-render takes; so is `env`. Tests come by as other addresses, so
 * this machine is believed unless `env` says otherwise.
 */
export async function startNginx(
  name: string,
  upstream: number | string,
  clientRoot: string,
  port?: number,
  env: Record<string, string> = {},
): Promise<Nginx> {
  port ??= await freePort();
  const dir = mkdtempSync(join(tmpdir(), 'daymark-nginx-'));
  const servers = typeof upstream === 'number' ? `127.0.0.1:${upstream}` : upstream;
  const set = { TRUSTED_PROXIES: '127.0.0.1', ...env };
  execFileSync(join(ROOT, 'scripts/nginx-render'), [dir, `127.0.0.1:${port}`, servers, clientRoot], { env: { ...process.env, ...set } });
  const nginx = new Program(name, ['nginx', '-e', 'stderr', '-p', dir, '-c', join(dir, 'nginx.conf'), '-g', 'daemon off;']);
  await nginx.until('it answered', () => answers(`http://127.0.0.1:${port}/healthz`));
  return {
    port,
    accessLog: () => nginx.output(),
    async stop() {
      await nginx.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
