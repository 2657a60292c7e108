import type { IncomingMessage } from 'node:http';

/** The body of a request; throws where it is larger than `limit` bytes. */
export async function readAll(request: IncomingMessage, limit: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > limit) throw new Error(`the body is larger than ${limit} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
