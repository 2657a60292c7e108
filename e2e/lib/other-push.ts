// A push service that others wrote, the npm package web-push-testing: what it cannot read, ours may read by mistake.
import { fileURLToPath } from 'node:url';
import { answers, Program } from './processes.ts';
import type { Subscription } from './sender.ts';

export class OtherPushService {
  private constructor(
    private readonly program: Program,
    private readonly origin: string,
  ) {}

  /** `origin` names a port of `localhost`. */
  static async start(name: string, origin: string): Promise<OtherPushService> {
    const { port } = new URL(origin);
    const program = new Program(name, [process.execPath, fileURLToPath(import.meta.resolve('web-push-testing/src/bin/server.js')), port]);
    await program.until('it was ready', () => answers(`${origin}/status`, 'POST'));
    return new OtherPushService(program, origin);
  }

  stop(): Promise<void> {
    return this.program.stop();
  }

  /** A subscription that only this key may send to. */
  async subscribe(key: string): Promise<Subscription & { clientHash: string }> {
    const { data } = await this.ask<{ data: Subscription & { clientHash: string } }>('subscribe', { applicationServerKey: key });
    return data;
  }

  /** Ends a subscription: from now on 410. */
  async end(clientHash: string): Promise<void> {
    await fetch(`${this.origin}/expire-subscription/${clientHash}`, { method: 'POST', signal: AbortSignal.timeout(10_000) });
  }

  /** What it has decrypted for a subscription. */
  async texts(clientHash: string): Promise<string[]> {
    const { data } = await this.ask<{ data: { messages: string[] } }>('get-notifications', { clientHash });
    return data.messages;
  }

  private async ask<T>(path: string, body: object): Promise<T> {
    const response = await fetch(`${this.origin}/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }
}
