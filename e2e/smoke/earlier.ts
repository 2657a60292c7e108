// What the version before the newest migration has stored: schema-N.tar.gz beside this, made by scripts/earlier-schema.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Credentials } from '../lib/account.ts';
import { ROOT } from '../lib/nginx.ts';

/** The schema before the newest one. */
export const EARLIER = Math.max(...readdirSync(join(ROOT, 'server/migrations')).map((name) => Number.parseInt(name, 10))) - 1;

/** What somebody did there. */
export const SOMEBODY: Credentials = { email: 'earlier@daymark.example', password: 'lantern-orchard-velvet-29' };
export const PLAN = {
  title: 'Morning of an earlier version',
  steps: [{ title: 'Kettle of an earlier version', minutes: 5, note: 'Two cups' }, { title: 'Open the window', minutes: 1 }],
  notes: 'Before the others are up',
  start: '2026-11-20T07:00',
};
export const LAMP = 'Lamp of an earlier version';

/** The file, by its name beside this. */
export function earlierSchema(): string {
  const name = `schema-${EARLIER}.tar.gz`;
  if (!existsSync(join(import.meta.dirname, name))) {
    throw new Error(`e2e/smoke/${name} is missing, so that nothing tries the newest migration: scripts/earlier-schema makes it`);
  }
  return name;
}
