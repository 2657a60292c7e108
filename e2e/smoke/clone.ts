// A copy of what is in git, as an operator has it who has just cloned it.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/nginx.ts';

/** Which client the images are made with: that in client/dist unless CLIENT_FROM says otherwise. */
export const CLIENT_FROM = process.env.CLIENT_FROM ?? 'dist';

/** Copies it, changes that are not committed included, and the built client where the images take that. */
export function clone(folder: string): void {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' });
  // What was removed is listed until that is committed.
  const files = listed.split('\0').filter((file) => file !== '' && existsSync(join(ROOT, file)));
  if (CLIENT_FROM === 'dist') files.push('client/dist');
  for (const file of files) cpSync(join(ROOT, file), join(folder, file), { recursive: true, preserveTimestamps: true });
}
