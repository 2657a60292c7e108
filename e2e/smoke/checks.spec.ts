// What is not started here, but held against what it is read by: one line for each.
import { test } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../lib/nginx.ts';

for (const [what, stages] of [
  ['Kubernetes: both overlays are what the API takes and docs/kubernetes.md promises', ['kubernetes']],
  ['GitHub Actions: workflows are what GitHub takes, ask for little, and do what they are for; scripts/deploy goes back', ['workflows', 'deploy']],
] as const) {
  test(what, () => {
    execFileSync(join(ROOT, 'scripts/test'), stages, { cwd: ROOT, timeout: 380_000, stdio: ['ignore', 'ignore', 'inherit'] });
  });
}
