// A sender that is not Daymark: the npm package web-push, which speaks RFC 8291 and 8292 by itself.
import { createPrivateKey, sign } from 'node:crypto';
import webPush from 'web-push';

export interface Subscription {
  endpoint: string;
  keys: { p256dh: string; auth: string };
}

interface More {
  /** Seconds. */
  ttl?: number;
  topic?: string;
  /** Changes the headers before they go. */
  change?: (headers: Record<string, string>) => void;
  patienceMs?: number;
}

export class Sender {
  private readonly keys = webPush.generateVAPIDKeys();
  private readonly subject = 'mailto:tests@daymark.example';

  /** What pages subscribe with. */
  get key(): string {
    return this.keys.publicKey;
  }

  /** A text for a device. */
  async send({ endpoint, keys }: Subscription, text: string, { ttl = 60, topic, change, patienceMs = 10_000 }: More = {}): Promise<Response> {
    const vapidDetails = { subject: this.subject, ...this.keys };
    const details = webPush.generateRequestDetails({ endpoint, keys }, text, { vapidDetails, TTL: ttl, topic });
    const headers = Object.fromEntries(Object.entries(details.headers).map(([name, value]) => [name, String(value)]));
    change?.(headers);
    // The package itself would send over HTTPS only.
    return fetch(endpoint, { method: 'POST', headers, body: new Uint8Array(details.body!), signal: AbortSignal.timeout(patienceMs) });
  }

  /** A header `Authorization` that claims what it is told to: the package would refuse to sign what is wrong. */
  authorization(claims: { aud: string; exp: number; sub?: string }): string {
    const point = Buffer.from(this.keys.publicKey, 'base64url');
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'));
    const key = createPrivateKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x, y, d: this.keys.privateKey } });
    const parts = [{ typ: 'JWT', alg: 'ES256' }, { sub: this.subject, ...claims }];
    const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
    return `vapid t=${text}.${signature}, k=${this.keys.publicKey}`;
  }
}
