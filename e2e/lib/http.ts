// Requests with everything that was answered, as no browser shows it.
import { type IncomingHttpHeaders, request, type RequestOptions } from 'node:http';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  /** How often each header was sent, by lower-case name. */
  count: Map<string, number>;
  body: Buffer;
}

export function ask(port: number, path: string, options: RequestOptions & { body?: string | Buffer } = {}): Promise<Answer> {
  const { body, ...rest } = options;
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, path, agent: false, timeout: 25_000, ...rest }, (incoming) => {
      const parts: Buffer[] = [];
      incoming.on('data', (part: Buffer) => parts.push(part));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const count = new Map<string, number>();
        for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
          const name = incoming.rawHeaders[i]!.toLowerCase();
          count.set(name, (count.get(name) ?? 0) + 1);
        }
        resolve({ status: incoming.statusCode!, headers: incoming.headers, count, body: Buffer.concat(parts) });
      });
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer for ${path}`)));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
