// A real browser receives real pushes: Debian's Firefox, headless, at our push service.
import { expect as impatient, test } from '@playwright/test';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Firefox, Profile } from '../lib/firefox.ts';
import { PushService } from '../lib/push.ts';
import { Sender } from '../lib/sender.ts';

const expect = impatient.configure({ timeout: 20_000 });

const WORKER = `
  self.addEventListener('push', (event) => {
    const { title, tag } = event.data.json();
    event.waitUntil(registration.showNotification(title, { body: 'about ' + tag, tag, actions: [{ action: 'start', title: 'Start' }] }));
  });
  self.addEventListener('notificationclick', (event) => {
    event.waitUntil(clients.openWindow('/clicked?' + event.notification.tag + event.action));
  });
`;

test('what an independent sender sends is shown and clicked, and waits while the browser is away', async () => {
  test.setTimeout(120_000);
  const page: Server = createServer((request, response) => {
    const script = request.url === '/sw.js';
    response.setHeader('Content-Type', script ? 'text/javascript' : 'text/html').end(script ? WORKER : '<!doctype html><title>Page</title>');
  });
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
  const url = `http://localhost:${(page.address() as AddressInfo).port}`;
  const push = await PushService.start('firefox-push-service');
  const profile = new Profile('firefox', push.origin);
  let firefox: Firefox | undefined;
  try {
    const sender = new Sender();
    const about = (title: string, tag: string) => JSON.stringify({ title, tag });
    firefox = await Firefox.open(profile);
    await firefox.goto(url);
    const subscription = await firefox.evaluate(async (applicationServerKey) => {
      await navigator.serviceWorker.register('/sw.js');
      const { pushManager } = await navigator.serviceWorker.ready;
      const { endpoint, keys } = (await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey })).toJSON();
      return { endpoint: endpoint!, keys: { p256dh: keys!.p256dh!, auth: keys!.auth! } };
    }, sender.key);

    await sender.send(subscription, about('One', 'a'));
    await expect.poll(() => firefox!.notifications()).toEqual([{ title: 'One', body: 'about a' }]);
    await firefox.clickNotification('One');
    await expect.poll(() => firefox!.tabs()).toContain(`${url}/clicked?a`);
    await expect.poll(() => firefox!.notifications()).toEqual([]);

    // The second of a topic replaces the first, and what is worth nothing later is not kept.
    await firefox.close();
    firefox = undefined;
    await sender.send(subscription, about('Two', 'b'), { topic: 't' });
    await sender.send(subscription, about('Three', 'b'), { topic: 't' });
    await sender.send(subscription, about('Four', 'c'), { ttl: 0 });
    firefox = await Firefox.open(profile);
    await expect.poll(() => firefox!.notifications()).toEqual([{ title: 'Three', body: 'about b' }]);
    await firefox.clickNotification('Three', 'start');
    await expect.poll(() => firefox!.tabs()).toContain(`${url}/clicked?bstart`);

    await expect.poll(async () => (await push.ledger()).map(({ message }) => message)).toEqual(['acknowledged', 'replaced', 'acknowledged', 'expired']);
    expect((await push.ledger()).flatMap(({ faults }) => faults)).toEqual([]);
  } finally {
    await firefox?.close();
    profile.remove();
    await push.stop();
    page.closeAllConnections();
    page.close();
  }
});
