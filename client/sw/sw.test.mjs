// The service worker among stand-ins of what browsers give it:  node --test client/sw/
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import vm from 'node:vm';

const SCOPE = 'https://day.example/plan/';
const SOURCE = readFileSync(new URL('sw.js', import.meta.url), 'utf8');

/** As much of IndexedDB as the worker uses: one store of names and values. */
function storage(values) {
  const later = (work) => queueMicrotask(work);
  return {
    open() {
      const opening = {};
      opening.result = {
        createObjectStore() {},
        close() {},
        transaction() {
          const transaction = {};
          const done = (result) => {
            later(() => transaction.oncomplete());
            return { result };
          };
          transaction.objectStore = () => ({
            get: (name) => done(structuredClone(values.get(name))),
            put: (value, name) => done(void values.set(name, structuredClone(value))),
          });
          return transaction;
        },
      };
      later(() => opening.onsuccess());
      return opening;
    },
  };
}

/** A worker that runs, and what it did. `answers` are what the server answers with, in turn; without one it is offline. */
function start({ answers = [], pages = [], values = new Map(), language = 'en-GB', clock = Date } = {}) {
  const handlers = new Map();
  const shown = [];
  const asked = [];
  const opened = [];
  const registration = {
    scope: SCOPE,
    async showNotification(title, options) {
      // As browsers do.
      if (options.renotify && !options.tag) throw new TypeError('renotify needs a tag');
      const notification = { title, ...options, close: () => shown.splice(shown.indexOf(notification), 1) };
      const same = shown.findIndex(({ tag }) => tag && tag === options.tag);
      if (same >= 0) shown.splice(same, 1);
      shown.push(notification);
    },
    getNotifications: async ({ tag }) => shown.filter((notification) => notification.tag === tag),
    pushManager: {
      subscribe: async (options) => ({ toJSON: () => ({ endpoint: `https://push.example/${options.applicationServerKey}`, expirationTime: null, keys: { p256dh: 'p', auth: 'a' } }) }),
    },
  };
  const self = {
    registration,
    addEventListener: (name, handle) => handlers.set(name, handle),
    skipWaiting: async () => {},
    clients: {
      claim: async () => {},
      matchAll: async () => pages,
      openWindow: async (url) => void opened.push(url),
    },
  };
  const context = vm.createContext({
    self,
    navigator: { language },
    indexedDB: storage(values),
    // What waits for a moment need not be waited for; what waits for a page's answer gets it by the event loop.
    setTimeout: (work, ms) => setTimeout(work, ms < 4_000 ? 200 : 0),
    fetch: async (url, { method, body, headers, credentials }) => {
      asked.push({ url, method, body: body && JSON.parse(body), headers, credentials });
      const status = answers.shift();
      if (status === undefined) throw new TypeError('offline');
      return { status };
    },
    URL, AbortSignal, MessageChannel, Date: clock, JSON, String, Boolean, Promise, Math, console, crypto,
  });
  vm.runInContext(SOURCE, context);
  const say = async (name, event = {}) => {
    let work;
    handlers.get(name)({ ...event, waitUntil: (promise) => (work = promise) });
    await work;
  };
  const push = (message) => say('push', { data: { json: () => structuredClone(message) } });
  const press = (action, notification = shown[0]) => say('notificationclick', { action, notification });
  return { say, push, press, shown, asked, opened, values, answers };
}

const REMINDER = {
  kind: 'reminder',
  tag: 'AAAAAAAAAAAAAAAAAAAAAA',
  title: 'Morning routine',
  body: 'Begins now',
  lang: 'en',
  url: 'start/01890a5d-ac96-774b-bcce-b302099a8057/1-20261118T0700',
  token: 'capability',
  snooze: 10,
  labels: { start: 'Start', snooze: 'In 10 minutes', done: 'Done' },
  silent: false,
  due_at: '2026-11-18T06:00:00Z',
};

test('a reminder is shown with what can be done', async () => {
  const worker = start();
  await worker.push(REMINDER);
  const [{ title, body, tag, renotify, silent, actions, timestamp }] = worker.shown;
  assert.deepEqual({ title, body, tag, renotify, silent }, { title: 'Morning routine', body: 'Begins now', tag: REMINDER.tag, renotify: true, silent: false });
  assert.deepEqual(Array.from(actions).map(({ action, title }) => [action, title]), [['start', 'Start'], ['snooze', 'In 10 minutes'], ['done', 'Done']]);
  assert.equal(timestamp, Date.parse(REMINDER.due_at));
});

for (const [what, data] of [
  ['nothing', null],
  ['something else than JSON', { json: () => JSON.parse('<') }],
  ['JSON that is no message', { json: () => ({ hello: 1 }) }],
]) {
  test(`a push with ${what} in it shows something all the same`, async () => {
    const worker = start({ language: 'de-AT' });
    await worker.say('push', { data });
    assert.equal(worker.shown.length, 1);
    assert.match(worker.shown[0].body, /Öffne Daymark/);
    await worker.press('');
    assert.deepEqual(worker.opened, [SCOPE]);
  });
}

test('what was done elsewhere takes the place of the reminder without a sound, and goes', async () => {
  const worker = start();
  await worker.push(REMINDER);
  let seen;
  const showing = worker.push({ ...REMINDER, kind: 'close', body: 'Done on another device' });
  await new Promise((resolve) => setImmediate(() => resolve((seen = [...worker.shown]))));
  await showing;
  assert.deepEqual(seen.map(({ body, silent, renotify }) => ({ body, silent, renotify })), [{ body: 'Done on another device', silent: true, renotify: false }]);
  assert.deepEqual(worker.shown, []);
});

test('a test has nothing to press', async () => {
  const worker = start();
  await worker.push({ kind: 'test', title: 'It works', body: 'This is a test.', tag: 't', url: 'settings' });
  assert.deepEqual(Array.from(worker.shown[0].actions), []);
});

test('snooze and done are sent with the capability, and nothing of the session', async () => {
  const worker = start({ answers: [204, 204] });
  await worker.push(REMINDER);
  await worker.press('snooze');
  await worker.push(REMINDER);
  await worker.press('done');
  const [snooze, done] = worker.asked;
  assert.equal(snooze.url, 'api/v1/reminder-actions/capability/snooze');
  const { id, ...said } = snooze.body;
  assert.deepEqual(said, { minutes: 10, seconds_ago: 0 });
  assert.match(id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assert.deepEqual([done.url, done.method, done.body, done.credentials], ['api/v1/reminder-actions/capability/done', 'POST', undefined, 'omit']);
  assert.deepEqual(worker.shown, []);
});

test('what cannot be sent says so, is kept over a restart, and is sent later', async () => {
  const worker = start();
  await worker.push(REMINDER);
  await worker.press('done');
  assert.match(worker.shown[0].body, /No connection/);
  assert.equal(worker.values.get('queue').length, 1);

  const again = start({ values: worker.values, answers: [204] });
  again.shown.push(...worker.shown.map((notification) => ({ ...notification, close: () => again.shown.pop() })));
  await again.say('sync');
  assert.equal(again.asked[0].url, 'api/v1/reminder-actions/capability/done');
  assert.deepEqual(again.values.get('queue'), []);
  assert.deepEqual(again.shown, []);
});

test('a snooze whose answer was lost is sent again by the same name, and says when it was pressed', async () => {
  let now = 1_000_000;
  const clock = { now: () => now, parse: Date.parse };
  const worker = start({ clock });
  await worker.push(REMINDER);
  await worker.press('snooze');
  now += 90_400;
  worker.answers.push(503, 204);
  await assert.rejects(worker.say('sync'), /not sent yet/);
  now += 60_000;
  await worker.say('sync');
  const [first, ...again] = worker.asked;
  assert.deepEqual(again.map(({ body }) => body.seconds_ago), [90, 150]);
  assert.deepEqual(again.map(({ body }) => body.id), [first.body.id, first.body.id]);
  await worker.push(REMINDER);
  await worker.press('snooze');
  assert.notEqual(worker.asked.at(-1).body.id, first.body.id);
});

test('a server that is out of order is asked again, one that refuses is not', async () => {
  const worker = start({ answers: [503] });
  await worker.push(REMINDER);
  await worker.press('done');
  assert.equal(worker.values.get('queue').length, 1);
  await assert.rejects(worker.say('sync'), /not sent yet/);
  worker.answers.push(404);
  await worker.say('message', { data: {} });
  assert.deepEqual(worker.values.get('queue'), []);
  assert.match(worker.shown[0].body, /too late/);
});

test('what is kept has bounds', async () => {
  const old = { method: 'POST', path: 'reminder-actions/old/done', at: Date.now() - 25 * 60 * 60_000 };
  const worker = start({ values: new Map([['queue', [old]]]) });
  for (let n = 0; n < 60; n += 1) await worker.press('done', { close() {}, data: { ...REMINDER, token: `t${n}` } });
  const queue = worker.values.get('queue');
  assert.equal(queue.length, 50);
  assert.equal(queue.at(-1).path, 'reminder-actions/t59/done');
  const asked = start({ values: new Map([['queue', [old]]]), answers: [] });
  await asked.say('message', { data: {} });
  assert.deepEqual(asked.asked, []);
});

test('a press opens what the reminder is about', async () => {
  const worker = start();
  await worker.push(REMINDER);
  await worker.press('start');
  assert.deepEqual(worker.opened, [SCOPE + REMINDER.url]);
});

test('an open page goes there by itself, and one that does not answer is sent', async () => {
  const page = (answers) => {
    const page = { url: `${SCOPE}settings`, went: [], focus: async () => page, navigate: async (url) => page.went.push(url) };
    page.postMessage = ({ go }, [port]) => {
      page.went.push(go);
      if (answers) port.postMessage(true);
      port.close();
    };
    return page;
  };
  const willing = page(true);
  const other = { url: 'https://day.example/elsewhere', focus: async () => assert.fail('another program’s page') };
  const worker = start({ pages: [other, willing] });
  await worker.push(REMINDER);
  await worker.press('');
  assert.equal(willing.went[0], REMINDER.url);
  assert.deepEqual(worker.opened, []);

  const stuck = page(false);
  const second = start({ pages: [stuck] });
  await second.push(REMINDER);
  await second.press('');
  assert.deepEqual(stuck.went, [REMINDER.url, SCOPE + REMINDER.url]);
});

test('a subscription that the browser changes is renewed with what the page left', async () => {
  const worker = start({ answers: [204] });
  await worker.say('message', { data: { keep: { secret: 'renewal', key: 'VAPID' } } });
  await worker.say('pushsubscriptionchange', { newSubscription: null });
  const [{ url, method, body }] = worker.asked;
  assert.deepEqual([url, method], ['api/v1/push-subscriptions/renewal', 'PUT']);
  assert.deepEqual(body, { subscription: { endpoint: 'https://push.example/VAPID', keys: { p256dh: 'p', auth: 'a' } } });
});

test('a browser that is no channel renews nothing', async () => {
  const worker = start({ answers: [204] });
  await worker.say('message', { data: { keep: null } });
  await worker.say('pushsubscriptionchange', { newSubscription: null });
  assert.deepEqual(worker.asked, []);
});
