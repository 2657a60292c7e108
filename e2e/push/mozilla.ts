// The WebSocket between Firefox and its push service, as far as Firefox speaks it: hello, register, unregister,
// notification, ack. What it does not know (broadcasts) it leaves unanswered, as Firefox expects of an older service.
import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { Store, Subscription } from './store.ts';

interface Said {
  messageType?: string;
  uaid?: string;
  channelID?: string;
  key?: string;
  updates?: { channelID: string; version: string; code?: number }[];
}

/** What Firefox says of a message that it decrypted and handed to the page's worker. */
const HANDED_OVER = 100;

export class Browsers {
  private readonly connected = new Map<string, WebSocket>();

  constructor(
    server: Server,
    private readonly store: Store,
    private readonly endpoint: (subscription: Subscription) => string,
  ) {
    const sockets = new WebSocketServer({ server, maxPayload: 64 * 1024, handleProtocols: () => 'push-notification' });
    sockets.on('connection', (socket) => this.talk(socket));
  }

  isConnected(agent: string): boolean {
    return this.connected.has(agent);
  }

  /** Sends on what waits for a subscription, if its browser is there. */
  deliver(subscription: Subscription): void {
    const { agent, channel } = subscription.browser!;
    const socket = this.connected.get(agent);
    if (!socket) return;
    for (const { id, body, ttl, delivery } of this.store.messagesOf(subscription)) {
      if (delivery.message !== 'waiting') continue;
      delivery.message = 'sent';
      const data = body.length === 0 ? {} : { data: body.toString('base64url'), headers: { encoding: 'aes128gcm' } };
      socket.send(JSON.stringify({ messageType: 'notification', channelID: channel, version: id, ttl, ...data }));
    }
  }

  /** Forgets a browser, as a service does that has lost its memory: the browser gets another name, and subscribes anew. */
  forget(agent: string): void {
    for (const subscription of this.store.ofBrowser(agent)) this.store.end(subscription);
    // Firefox comes back by itself after a break, not after an orderly end.
    this.connected.get(agent)?.terminate();
  }

  private talk(socket: WebSocket): void {
    let agent: string | undefined;
    const answer = (what: object) => socket.send(JSON.stringify(what));
    socket.on('message', (text: RawData) => {
      const said = JSON.parse(String(text)) as Said;
      if (said.messageType === 'hello') {
        agent = this.greet(socket, said.uaid);
        answer({ messageType: 'hello', status: 200, uaid: agent, use_webpush: true, broadcasts: {} });
        this.store.expire();
        for (const subscription of this.store.ofBrowser(agent)) this.deliver(subscription);
      } else if (said.messageType === undefined) {
        answer({});
      } else if (agent !== undefined) {
        const reply = this.hear(agent, said);
        if (reply) answer(reply);
      }
    });
    socket.on('close', () => {
      if (agent === undefined || this.connected.get(agent) !== socket) return;
      this.connected.delete(agent);
      // What was not acknowledged is sent again; Firefox knows what it has had.
      for (const subscription of this.store.ofBrowser(agent)) {
        for (const { delivery } of this.store.messagesOf(subscription)) delivery.message = 'waiting';
      }
    });
    socket.on('error', () => socket.terminate());
  }

  /** The browser's name: the one that it was given before, if it has subscriptions here, or a new one. */
  private greet(socket: WebSocket, known?: string): string {
    const agent = known && this.store.ofBrowser(known).some(({ gone }) => !gone) ? known : randomBytes(16).toString('hex');
    this.connected.get(agent)?.close();
    this.connected.set(agent, socket);
    return agent;
  }

  private hear(agent: string, { messageType, channelID, key, updates = [] }: Said): object | undefined {
    const mine = () => this.store.ofBrowser(agent).find(({ browser }) => browser?.channel === channelID);
    switch (messageType) {
      case 'register': {
        if (channelID === undefined) return { messageType, status: 400 };
        const unpadded = key?.replaceAll('=', '');
        const subscription = mine() ?? this.store.subscribe({ key: unpadded, browser: { agent, channel: channelID } });
        return { messageType, channelID, status: 200, pushEndpoint: this.endpoint(subscription) };
      }
      case 'unregister': {
        const subscription = mine();
        if (subscription) this.store.end(subscription);
        return { messageType, channelID, status: 200 };
      }
      case 'ack':
        for (const { version, code = HANDED_OVER } of updates) {
          const message = this.store.message(version);
          if (message) this.store.close(message, code === HANDED_OVER ? 'acknowledged' : 'refused');
        }
        return undefined;
      default:
        return undefined;
    }
  }
}
