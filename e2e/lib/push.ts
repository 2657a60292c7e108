// Our push service as a program of its own, and what it tells of itself.
import type { Delivery, Scripted } from '../push/store.ts';
import { Program } from './processes.ts';

export type { Delivery, Scripted } from '../push/store.ts';

export interface Known {
  id: string;
  endpoint: string;
  key?: string;
  gone: boolean;
  /** Whether the browser that it belongs to is connected. */
  connected: boolean;
}

/** A subscription whose keys the service made itself, so that the ledger holds what its messages say. */
export interface Device extends Known {
  keys: { p256dh: string; auth: string };
}

export class PushService {
  private constructor(
    /** Where senders find it; Firefox finds it there too, as `ws:`. */
    readonly origin: string,
    private readonly program?: Program,
  ) {}

  /** The one of the stack that all tests share. */
  static shared(): PushService {
    return new PushService(process.env.DAYMARK_PUSH!);
  }

  static async start(name = 'push-service'): Promise<PushService> {
    const program = new Program(name, [process.execPath, '--import', import.meta.resolve('tsx'), `${import.meta.dirname}/../push/push-service.ts`]);
    const origin = await program.until('it was ready', () => program.output().match(/push service at (\S+)/)?.[1]);
    return new PushService(origin, program);
  }

  async stop(): Promise<void> {
    await this.program?.stop();
  }

  /** A subscription of no browser. With a key, only that one may send to it. */
  subscribe(key?: string): Promise<Device> {
    return this.ask('POST', '/subscriptions', { key });
  }

  subscriptions(): Promise<Known[]> {
    return this.ask('GET', '/subscriptions');
  }

  /** Ends a subscription: from now on its address answers 410. */
  async end({ id }: Known): Promise<void> {
    await this.ask('DELETE', `/subscriptions/${id}`);
  }

  /** Forgets the browser of a subscription, and all that it subscribed. */
  async forget({ id }: Known): Promise<void> {
    await this.ask('POST', '/forget', { subscription: id });
  }

  /** Answers the next messages as told, one each. */
  async script({ id }: Known, ...answers: Scripted[]): Promise<void> {
    await this.ask('POST', '/script', { subscription: id, answers });
  }

  /** What it was handed for a subscription, or for all. */
  async ledger(of?: Known): Promise<Delivery[]> {
    const all = await this.ask<Delivery[]>('GET', '/ledger');
    return of === undefined ? all : all.filter(({ subscription }) => subscription === of.id);
  }

  private async ask<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(this.origin + path, { method, body: body && JSON.stringify(body), signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }
}
