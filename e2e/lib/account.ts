// Accounts for tests.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { Page } from '@playwright/test';
import { serverProgram } from './stack.ts';

export interface Credentials {
  email: string;
  password: string;
}

/** The first account, made before all tests. */
export const ADMIN: Credentials = { email: 'admin@daymark.example', password: 'lantern-orchard-velvet-29' };

/** What the server answers with. */
export interface SignedIn extends Credentials {
  accessToken: string;
  accountId: string;
}

export function newCredentials(): Credentials {
  const unique = randomBytes(6).toString('hex');
  return { email: `person-${unique}@daymark.example`, password: `harbour-${unique}-meadow` };
}

/** An address of a documentation range (RFC 5737), so that rate limits hold each test apart. */
export function someAddress(): string {
  const [low] = randomBytes(1);
  return `${['192.0.2', '198.51.100', '203.0.113'][low! % 3]}.${1 + (randomBytes(1)[0]! % 254)}`;
}

/** Makes an account through the API. */
export async function createAccount(url: string, account: Credentials & { setup?: string; invitation?: string; zone?: string; locale?: string }): Promise<SignedIn> {
  const response = await fetch(`${url}/api/v1/accounts`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': someAddress() },
    body: JSON.stringify({ zone: 'Europe/Berlin', locale: 'en', ...account }),
    signal: AbortSignal.timeout(10_000),
  });
  if (response.status !== 201) throw new Error(`no account: ${response.status} ${await response.text()}`);
  const session = (await response.json()) as { access_token: string; account: { id: string } };
  return { email: account.email, password: account.password, accessToken: session.access_token, accountId: session.account.id };
}

/** Makes an account and opens Today in the page, signed in: the session's cookie is the page's. */
export async function signUp(page: Page, more: { setup?: string; zone?: string; locale?: string } = {}): Promise<SignedIn> {
  const account = newCredentials();
  const response = await page.request.post('/api/v1/accounts', {
    headers: { 'X-Forwarded-For': someAddress() },
    data: { zone: 'Europe/Berlin', locale: 'en', ...account, ...more },
  });
  if (response.status() !== 201) throw new Error(`no account: ${response.status()} ${await response.text()}`);
  const session = (await response.json()) as { access_token: string; account: { id: string } };
  // The client asks for a session only where it remembers one.
  await page.goto('/healthz');
  await page.evaluate(() => localStorage.setItem('daymark.signed_in', '1'));
  await page.goto('/');
  return { ...account, accessToken: session.access_token, accountId: session.account.id };
}

/** What the operator does for somebody who forgot their password: the link that they are given. */
export function resetPassword(email: string): string {
  const env = { DATA_DIR: process.env.DAYMARK_DATA_DIR ?? '', PUBLIC_URL: process.env.DAYMARK_URL ?? '' };
  const report = execFileSync(serverProgram(), ['--json', 'account', 'reset-password', email], { env, timeout: 20_000, encoding: 'utf8' });
  return (JSON.parse(report) as { link: string }).link;
}
