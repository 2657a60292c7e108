// What the version before the newest migration has stored: schema-N.tar.gz beside this, made by scripts/earlier-schema.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Credentials } from '../lib/account.ts';
import { docker } from '../lib/docker.ts';
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

/** Puts that into the volumes of a stack, which have been made by then. */
export async function storeEarlier(data: string, keys: string): Promise<void> {
  const file = join(import.meta.dirname, earlierSchema());
  const mounts = [`${data}:/database`, `${keys}:/keys`, `${file}:/from.tar.gz:ro`].flatMap((each) => ['--volume', each]);
  const unpack = 'tar -xzf /from.tar.gz -C /database && mv /database/keys/keyring.json /keys/ && rm -r /database/keys && chmod 700 /database && chmod 600 /database/daymark.db /keys/keyring.json && chown -R 10001:10001 /database /keys';
  await docker(['run', '--rm', '--network', 'none', ...mounts, 'debian:trixie-slim', 'sh', '-c', unpack]);
}
