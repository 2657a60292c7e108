// The headers that every answer must have: read from the file that the server is held against as well.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './nginx.ts';

/** By lower-case name. */
export const SECURITY = new Map(
  [...readFileSync(join(ROOT, 'nginx/security-headers.conf'), 'utf8').matchAll(/^add_header (\S+) "(.+)" always;$/gm)].map(
    ([, name, value]) => [name!.toLowerCase(), value!],
  ),
);
