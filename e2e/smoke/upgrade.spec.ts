// What the version before the newest migration has stored (earlier.ts), opened by this one.
import { test } from '@playwright/test';
import { readdirSync } from 'node:fs';
import { docker } from '../lib/docker.ts';
import { EARLIER, earlierSchema, LAMP, PLAN, SOMEBODY, storeEarlier } from './earlier.ts';
import { expect, Production, signIn, titles } from './production.ts';

let production: Production;

test.beforeAll(async () => {
  production = await Production.prepare('upgrade');
});

test.afterAll(async ({}, info) => production?.end(info));

test('what an earlier version has stored is brought up to date, after a backup', async () => {
  const { stack, url } = production;
  const file = earlierSchema();
  expect(readdirSync(import.meta.dirname).filter((name) => /^schema-\d+\.tar\.gz$/.test(name)), 'none of them is forgotten').toEqual([file]);
  await stack.run(['create', 'server']);
  await storeEarlier(stack.volume('sqlite_data'), stack.volume('keys'));
  await stack.up();
  const by = await signIn(url, SOMEBODY);
  expect(await titles(by, PLAN.start.slice(0, 10))).toEqual([PLAN.title]);
  expect(JSON.stringify(await by.ask('GET', 'channels'))).toContain(LAMP);
  const [server] = await stack.containers('server');
  expect(await docker(['exec', server!.Id, 'ls', '/app/database/backups'])).toMatch(new RegExp(`^schema-${EARLIER}-\\S+\\.db$`, 'm'));
});
