// Production for one file of tests: a project of Compose with volumes of its own on a free port of the loopback address. Each try
// has another one, and takes it away with all that it had.
import { expect as impatient, type Page, type TestInfo } from '@playwright/test';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Credentials } from '../lib/account.ts';
import { Compose } from '../lib/docker.ts';
import { Planner } from '../lib/planning.ts';
import { freePort } from '../lib/processes.ts';
import { CLIENT_FROM } from './clone.ts';

/** The machine may be busy with other things. */
export const expect = impatient.configure({ timeout: 30_000 });

export class Production {
  private constructor(
    readonly stack: Compose,
    readonly port: number,
    /** A folder of the test's own. */
    readonly dir: string,
  ) {}

  /** Prepares one; nothing is started yet. The sink (compose.yml) is beside it. */
  static async prepare(name: string, settings: (dir: string) => Record<string, string> = () => ({}), more: string[] = []): Promise<Production> {
    const dir = mkdtempSync(join(tmpdir(), `daymark-smoke-${name}-`));
    const port = await freePort();
    const env = {
      BIND: '127.0.0.1',
      PORT: `${port}`,
      PUBLIC_URL: `http://localhost:${port}`,
      REGISTRATION: 'invite',
      // Where Docker makes its networks: the sink is there.
      OUTBOUND_ALLOW: '172.16.0.0/12,192.168.0.0/16,10.0.0.0/8',
      CLIENT_FROM,
      ...settings(dir),
    };
    const files = ['e2e/smoke/compose.yml', ...more];
    return new Production(new Compose(`daymark-smoke-${name}-${process.pid}`, env, files), port, dir);
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** The token of the link that was printed for the first account. */
  async setupToken(): Promise<string> {
    const link = (await this.stack.logs('server')).match(/Create the first account: (\S+)/)?.[1];
    const token = link && new URL(link).searchParams.get('setup');
    if (!token) throw new Error(`no link was printed for the first account: ${link}`);
    return token;
  }

  /** Takes everything away; what failed leaves the containers' logs. */
  async end(info: TestInfo): Promise<void> {
    await leaveLogs((args) => this.stack.run(args), info);
    await this.stack.down({ volumes: true }).catch((error: unknown) => console.error(error));
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Where the test has failed, puts what the containers said beside its results. */
export async function leaveLogs(compose: (args: string[]) => Promise<string>, info: TestInfo): Promise<void> {
  if (info.status === info.expectedStatus) return;
  mkdirSync(info.outputDir, { recursive: true });
  writeFileSync(info.outputPath('containers.log'), await compose(['logs', '--no-color', '--tail', '300']).catch(String));
}

/** A client of the API, signed in anew: access tokens last for ten minutes. */
export async function signIn(url: string, { email, password }: Credentials): Promise<Planner> {
  const response = await fetch(`${url}/api/v1/sessions`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email, password }),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`not signed in: ${response.status} ${await response.text()}`);
  return new Planner(url, ((await response.json()) as { access_token: string }).access_token);
}

/** The titles of a day. */
export async function titles(by: Planner, date: string): Promise<string[]> {
  const day = await by.ask<{ occurrences: { title: string }[] }>('GET', `days/${date}`);
  return day.occurrences.map(({ title }) => title);
}

/** Today as a tab shows it whose session goes on. */
export async function expectToday(tab: Page, url: string, title: string): Promise<void> {
  await tab.goto(url);
  await expect(tab.getByRole('region', { name: 'Timeline' }).getByRole('button', { name: new RegExp(`^${title}`) })).toBeVisible();
}
