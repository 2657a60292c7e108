// A push service for tests: what a sender posts to (RFC 8030), what Firefox connects to, and a ledger of it all.
//   node --import tsx push/push-service.ts [PORT]     prints its address when it is ready
//
//   POST   /push/ID            a message for a subscription
//   POST   /subscriptions      {key?}: a subscription with keys of the service's own, whose messages it can read
//   GET    /subscriptions      those that there are, and whether their browser is connected
//   DELETE /subscriptions/ID   ends one: from now on 410
//   POST   /forget             {subscription}: its browser is not known any more
//   POST   /script             {subscription, answers}: what the next messages are answered with
//   GET    /ledger?after=N     all messages that came after the first N
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readAll } from './body.ts';
import { Browsers } from './mozilla.ts';
import { takeMessage } from './resource.ts';
import { type Scripted, Store, type Subscription } from './store.ts';

const store = new Store();
const server = createServer((request, response) => {
  answer(request, response).catch((error: Error) => {
    if (!response.headersSent) response.writeHead(400);
    response.end(`${error.message}\n`);
  });
});

const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const endpoint = (subscription: Subscription) => `${origin()}/push/${subscription.id}`;
const browsers = new Browsers(server, store, endpoint);

const shown = (subscription: Subscription) => {
  const { id, key, gone, browser } = subscription;
  return { id, endpoint: endpoint(subscription), key, gone, connected: browser !== undefined && browsers.isConnected(browser.agent) };
};

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', origin());
  const [, what = '', id = ''] = url.pathname.split('/');
  const json = (status: number, body: object) =>
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  const body = async <T>() => JSON.parse((await readAll(request, 64 * 1024)).toString()) as T;

  switch (`${request.method} /${what}`) {
    case 'POST /push': {
      const subscription = store.subscriptions.get(id);
      if (!subscription) return void response.writeHead(404).end();
      return takeMessage(store, subscription, origin(), request, response, (to) => browsers.deliver(to));
    }
    case 'POST /subscriptions': {
      const { key } = await body<{ key?: string }>();
      const { subscription, p256dh, auth } = store.subscribeDevice(key);
      return void json(201, { ...shown(subscription), keys: { p256dh, auth } });
    }
    case 'GET /subscriptions':
      return void json(200, [...store.subscriptions.values()].map(shown));
    case 'DELETE /subscriptions': {
      const subscription = store.subscriptions.get(id);
      if (subscription) store.end(subscription);
      return void json(subscription ? 200 : 404, {});
    }
    case 'POST /forget': {
      const { subscription } = await body<{ subscription: string }>();
      const agent = store.subscriptions.get(subscription)?.browser?.agent;
      if (agent !== undefined) browsers.forget(agent);
      return void json(agent === undefined ? 404 : 200, {});
    }
    case 'POST /script': {
      const { subscription, answers } = await body<{ subscription: string; answers: Scripted[] }>();
      const found = store.subscriptions.get(subscription);
      if (!found) return void json(404, {});
      found.script = answers;
      return void json(200, {});
    }
    case 'GET /ledger': {
      store.expire();
      const after = Number(url.searchParams.get('after') ?? 0);
      return void json(200, store.ledger.filter(({ number }) => number > after));
    }
    default:
      response.writeHead(404).end();
  }
}

server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => console.log(`push service at ${origin()}`));
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));
