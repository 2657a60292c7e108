// The service worker: shows what is pushed, and does what is pressed on it. It keeps no page and fetches none.
//
// A push always shows something, whatever is in it: browsers take the right to push away from those that stay silent.
// What cannot be sent now is kept and sent later. All addresses are relative to where the worker lies.

/** Below another path of this server lives another Daymark. */
const STORE = `daymark${new URL(self.registration.scope).pathname.slice(0, -1)}`;
const QUEUE_MAX = 50;
const DAY_MS = 24 * 60 * 60_000;
/** How long a request may take. */
const LIMIT_MS = 10_000;
/** How long a page may take to say that it goes where it is asked to. */
const ANSWER_MS = 1_500;
/** How long the notice stays that the person has acted elsewhere. */
const CLOSE_MS = 4_000;

const WORDS = {
  en: {
    unreadable: 'Something is due. Open Daymark to see what.',
    later: 'No connection. This is sent as soon as there is one.',
    refused: 'This was too late. Open Daymark to see how it stands.',
  },
  de: {
    unreadable: 'Es steht etwas an. Öffne Daymark, um zu sehen, was.',
    later: 'Keine Verbindung. Das wird gesendet, sobald es eine gibt.',
    refused: 'Das kam zu spät. Öffne Daymark, um zu sehen, wie es steht.',
  },
};

const wordsOf = (lang) => WORDS[String(lang ?? navigator.language).slice(0, 2)] ?? WORDS.en;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// What is kept.

/** Does something with what is kept: `work` gets the store and gives a request, whose result it is. */
function kept(mode, work) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(STORE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('kept');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction('kept', mode);
      const request = work(transaction.objectStore('kept'));
      transaction.oncomplete = () => {
        database.close();
        resolve(request.result);
      };
      transaction.onabort = () => {
        database.close();
        reject(transaction.error);
      };
    };
  });
}

const recall = (name) => kept('readonly', (store) => store.get(name)).catch(() => undefined);
const keep = (name, value) => kept('readwrite', (store) => store.put(value, name));

/** One after the other, so that nothing that is kept is overwritten. */
let turn = Promise.resolve();
const inTurn = (work) => (turn = turn.then(work, work));

// Sending.

/** Says how long ago something was pressed: a device's clock may be wrong, but it goes on. */
const aged = (body, pressed) => ({ ...body, seconds_ago: Math.max(0, Math.round((Date.now() - pressed) / 1000)) });

/** `true` when it was taken, `false` when it will never be, `undefined` when it may be later. */
async function send({ method, path, body, pressed }) {
  try {
    const { status } = await fetch(`api/v1/${path}`, {
      method,
      body: body === undefined ? undefined : JSON.stringify(pressed === undefined ? body : aged(body, pressed)),
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      credentials: 'omit',
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    if (status < 300) return true;
    return status >= 500 || status === 408 || status === 429 ? undefined : false;
  } catch {
    return undefined;
  }
}

const enqueue = (deed) =>
  inTurn(async () => {
    const queue = (await recall('queue')) ?? [];
    await keep('queue', [...queue, { ...deed, at: Date.now() }].slice(-QUEUE_MAX));
    // Where the browser has background sync, it says when it is online again.
    await self.registration.sync?.register('queue').catch(() => undefined);
  });

/** Sends what is kept, oldest first, until something does not get through. */
const sendKept = () =>
  inTurn(async () => {
    const queue = ((await recall('queue')) ?? []).filter(({ at }) => Date.now() - at < DAY_MS);
    while (queue.length > 0) {
      const sent = await send(queue[0]);
      if (sent === undefined) break;
      const { tag, lang, title } = queue.shift();
      await keep('queue', queue);
      if (sent) await close(tag);
      else if (tag) await show(title, { tag, lang, body: wordsOf(lang).refused, silent: true });
    }
    return queue.length === 0;
  });

// Showing.

const close = async (tag) => {
  if (!tag) return;
  for (const notification of await self.registration.getNotifications({ tag })) notification.close();
};

const show = (title, options) =>
  self.registration.showNotification(title, { icon: 'icons/icon-192.png', badge: 'icons/badge-96.png', ...options });

/** A message, as far as it can be read. */
function read(data) {
  try {
    const message = data.json();
    if (typeof message?.title === 'string') return message;
  } catch {
    // It is shown all the same.
  }
  const words = wordsOf();
  return { kind: 'unreadable', title: 'Daymark', body: words.unreadable, tag: 'unreadable', url: '' };
}

async function pushed(data) {
  const message = read(data);
  const { kind, title, body, tag, lang, labels, token, silent } = message;
  const reminds = kind === 'reminder' && token && labels;
  await show(title, {
    body,
    tag,
    lang,
    data: message,
    silent: silent === true || kind === 'close',
    renotify: kind !== 'close' && Boolean(tag),
    timestamp: Date.parse(message.due_at) || undefined,
    actions: reminds ? ['start', 'snooze', 'done'].map((action) => ({ action, title: labels[action] })) : [],
  });
  if (kind === 'close') {
    await sleep(CLOSE_MS);
    await close(tag);
  }
  await sendKept();
}

// Acting.

/** What a press on an action sends. A snooze has a name: when its answer is lost, it is sent again, and done once. */
const deedOf = (action, { token, snooze, tag, lang, title }) => ({
  method: 'POST',
  path: `reminder-actions/${token}/${action}`,
  ...(action === 'snooze' && { body: { minutes: snooze, id: crypto.randomUUID() }, pressed: Date.now() }),
  tag,
  lang,
  title,
});

async function act(deed) {
  const sent = await send(deed);
  if (sent) return;
  if (sent === undefined) await enqueue(deed);
  const words = wordsOf(deed.lang);
  const { tag, lang, title } = deed;
  await show(title, { tag, lang, silent: true, body: sent === undefined ? words.later : words.refused, data: { url: '' } });
}

/** Asks a page to go somewhere by itself: loading it anew would lose what is being typed. */
function asked(page, path) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(true);
    setTimeout(() => resolve(false), ANSWER_MS);
    page.postMessage({ go: path }, [port2]);
  });
}

async function open(path) {
  const url = new URL(path, self.registration.scope).href;
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const page = pages.find((page) => page.url.startsWith(self.registration.scope));
  if (!page) return self.clients.openWindow(url);
  const shown = (await page.focus().catch(() => undefined)) ?? page;
  if (await asked(shown, path)) return shown;
  return shown.navigate(url).catch(() => self.clients.openWindow(url));
}

// The subscription.

async function renew(replaced) {
  const mine = await recall('push');
  if (!mine) return;
  const subscription =
    replaced ??
    (await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: mine.key }));
  const { endpoint, keys } = subscription.toJSON();
  const deed = { method: 'PUT', path: `push-subscriptions/${mine.secret}`, body: { subscription: { endpoint, keys } } };
  if ((await send(deed)) === undefined) await enqueue(deed);
}

const on = (name, work) => self.addEventListener(name, (event) => event.waitUntil(work(event)));

on('install', () => self.skipWaiting());
on('activate', () => self.clients.claim());
on('push', ({ data }) => pushed(data));
on('sync', async () => {
  // The browser asks again when it fails.
  if (!(await sendKept())) throw new Error('not sent yet');
});
on('pushsubscriptionchange', ({ newSubscription }) => renew(newSubscription));
on('notificationclick', ({ action, notification }) => {
  notification.close();
  const message = notification.data ?? {};
  return action === 'snooze' || action === 'done' ? act(deedOf(action, message)) : open(message.url ?? '');
});
// What a page tells: what the subscription is renewed with, and that it is online.
on('message', ({ data }) => (data?.keep === undefined ? sendKept() : keep('push', data.keep)));
