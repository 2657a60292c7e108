// docker/monitoring beside production: Prometheus looks up who is there by name.
import { test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Compose } from '../lib/docker.ts';
import { ROOT } from '../lib/nginx.ts';
import { freePort } from '../lib/processes.ts';
import { expect, Production } from './production.ts';

let production: Production;
let stack: Compose;
/** Where Prometheus is asked. */
let port: number;

test.beforeAll(async () => {
  test.setTimeout(15 * 60_000);
  port = await freePort();
  production = await Production.prepare('monitoring', () => ({ PROMETHEUS_PORT: `${port}` }), ['docker/monitoring/compose.yml', 'e2e/smoke/monitoring.yml']);
  ({ stack } = production);
  await stack.run(['build', 'prometheus'], 10 * 60);
});

test.afterAll(async ({}, info) => production?.end(info));

test('Prometheus in the network of the containers finds each server and jobs, and knows the alerts', async () => {
  test.setTimeout(10 * 60_000);
  await stack.up();
  const ask = async <T>(path: string): Promise<T> => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`, { signal: AbortSignal.timeout(10_000) });
    return ((await response.json()) as { data: T }).data;
  };
  /** Who answered the last time, by the address that was looked up. */
  const up = async () => {
    const { result } = await ask<{ result: { metric: { instance: string }; value: [number, string] }[] }>('query?query=up%7Bjob%3D%22daymark%22%7D');
    return result.map(({ metric, value }) => `${metric.instance} ${value[1]}`).sort();
  };
  const running = async () => {
    const containers = [...(await stack.containers('server')), ...(await stack.containers('jobs'))];
    const addresses = containers.flatMap(({ NetworkSettings }) => Object.values(NetworkSettings.Networks).map(({ IPAddress }) => IPAddress));
    return addresses.map((address) => `${address}:9464 1`).sort();
  };
  // Names are looked up, and numbers fetched, every 15 seconds.
  const soon = { timeout: 120_000, intervals: [1_000] };
  const two = await running();
  expect(two).toHaveLength(2);
  await expect.poll(() => up().catch(String), soon).toEqual(two);

  const { groups } = await ask<{ groups: { rules: { name: string; health: string; lastError?: string }[] }[] }>('rules?type=alert');
  const rules = groups.flatMap((group) => group.rules);
  const written = [...readFileSync(join(ROOT, 'docker/monitoring/alerts.yml'), 'utf8').matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
  expect(written.length).toBeGreaterThan(10);
  expect(rules.map(({ name }) => name).sort()).toEqual(written.sort());
  expect(rules.filter(({ lastError }) => lastError)).toEqual([]);

  // Prometheus is who says whether it answers.
  await stack.run(['up', '--detach', '--no-recreate', '--no-deps', '--scale', 'server=2', 'server'], 240);
  const three = await running();
  expect(three).toHaveLength(3);
  await expect.poll(() => up(), soon).toEqual(three);
});
