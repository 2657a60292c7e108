// What was measured: scripts/smoke --record writes it into docs/performance.md.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/nginx.ts';

const FILE = join(ROOT, 'e2e/test-results/smoke.json');

/** Keeps a number beside those that there are: each file of tests has some. Far above its goal, whatever else the machine does, it fails. */
export function record(name: string, value: number, most = Infinity): void {
  if (value >= most) throw new Error(`${name} is ${value}, and must be under ${most}`);
  let before = {};
  try {
    before = JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, number>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  mkdirSync(join(FILE, '..'), { recursive: true });
  writeFileSync(FILE, `${JSON.stringify({ ...before, [name]: value }, null, 2)}\n`);
}
