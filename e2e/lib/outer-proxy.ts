// A reverse proxy in front of Daymark, as docs/operations.md tells operators to set one up.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './nginx.ts';
import { Program } from './processes.ts';

/** The first example for nginx below a heading of the operator's guide. */
export const example = (heading: string): string => firstBlock(heading, 'nginx');

/** The first file for Compose below a heading of the operator's guide. */
export const composeExample = (heading: string): string => firstBlock(heading, 'yaml');

function firstBlock(heading: string, kind: string): string {
  const guide = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');
  const section = guide.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0];
  const found = section?.split(`\`\`\`${kind}\n`)[1]?.split('```')[0];
  if (!found) throw new Error(`docs/operations.md has no example in ${kind} below ${heading}`);
  return found;
}

/** The same with other words; each must be there. */
export function replaced(text: string, words: Record<string, string>): string {
  for (const [from, to] of Object.entries(words)) {
    if (!text.includes(from)) throw new Error(`the example lacks ${from}`);
    text = text.replaceAll(from, to);
  }
  return text;
}

export interface OuterProxy {
  stop(): Promise<void>;
}

/** nginx with this `server`, which listens on `port`. */
export async function startOuterProxy(name: string, port: number, server: string): Promise<OuterProxy> {
  const dir = mkdtempSync(join(tmpdir(), 'daymark-outer-'));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((each) => `${each}_temp_path ${dir}/${each};`).join('\n');
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  writeFileSync(join(dir, 'nginx.conf'), `${user}\npid ${dir}/pid;\nevents {}\nhttp {\naccess_log off;\n${temporary}\n${server}\n}\n`);
  const nginx = new Program(name, ['nginx', '-e', 'stderr', '-p', dir, '-c', join(dir, 'nginx.conf'), '-g', 'daemon off;']);
  const listens = () =>
    new Promise<true | undefined>((resolve) => {
      const socket = createConnection(port, '127.0.0.1');
      socket.on('connect', () => resolve(true)).on('error', () => resolve(undefined)).on('connect', () => socket.destroy());
    });
  await nginx.until('it listened', listens);
  return {
    async stop() {
      await nginx.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
