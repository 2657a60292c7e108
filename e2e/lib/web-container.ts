// What the image `web` starts, without its container.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './nginx.ts';
import { answers, freePort, Program } from './processes.ts';

export interface Web {
  /** Plain HTTP: 8080 in the container. */
  port: number;
  /** TLS, where it has certificates: 8443 in the container. */
  tlsPort: number;
  output(): string;
  stop(): Promise<void>;
}

export async function startWeb(name: string, upstream: number, clientRoot: string, env: Record<string, string>): Promise<Web> {
  const [port, tlsPort, dir] = [await freePort(), await freePort(), mkdtempSync(join(tmpdir(), 'daymark-web-'))];
  const set = {
    RUN_DIR: dir,
    CLIENT_ROOT: clientRoot,
    UPSTREAM: `127.0.0.1:${upstream}`,
    LISTEN: `127.0.0.1:${port}`,
    TLS_LISTEN: `127.0.0.1:${tlsPort}`,
    ...env,
  };
  const web = new Program(name, [join(ROOT, 'docker/web.sh')], set);
  await web.until('it answered', () => answers(`http://127.0.0.1:${port}/healthz`));
  return {
    port,
    tlsPort,
    output: () => web.output(),
    async stop() {
      await web.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
