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

export async function startNginx(name: string, upstream: number, clientRoot: string, port?: number): Promise<Nginx> {
  port ??= await freePort();
  const dir = mkdtempSync(join(tmpdir(), 'daymark-nginx-'));
  const configuration = [dir, `127.0.0.1:${port}`, `127.0.0.1:${upstream}`, clientRoot];
  execFileSync(join(ROOT, 'scripts/nginx-render'), configuration);
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
