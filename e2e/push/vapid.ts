// Who sends: the signed token of RFC 8292, as a push service checks it.
import { createPublicKey, verify } from 'node:crypto';

/** What a token says, once it is known to be right. */
export interface Vapid {
  aud: string;
  /** Seconds since 1970. */
  exp: number;
  /** How the operator can be reached: `mailto:` or `https:`. */
  sub: string;
  /** The public key it was signed with, as Base64url. */
  key: string;
}

const DAY = 24 * 60 * 60;

const json = (part: string): Record<string, unknown> => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;

/** Checks the header `Authorization` for a push resource at `origin`; throws what is wrong with it. */
export function checkVapid(authorization: string | undefined, origin: string, now: number): Vapid {
  const found = /^vapid (.+)$/i.exec(authorization ?? '');
  if (!found) throw new Error('no vapid credentials');
  const fields = new Map(found[1]!.split(',').map((field) => [field.trim().slice(0, 1), field.trim().slice(2)]));
  const [token, key] = [fields.get('t') ?? '', fields.get('k') ?? ''];

  const point = Buffer.from(key, 'base64url');
  if (point.length !== 65 || point[0] !== 4) throw new Error('k is no uncompressed P-256 point');
  const coordinate = (from: number) => point.subarray(from, from + 32).toString('base64url');
  const publicKey = createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x: coordinate(1), y: coordinate(33) } });

  const [head, claims, signature, ...more] = token.split('.');
  if (!head || !claims || !signature || more.length > 0) throw new Error('t is no JWT');
  if (json(head).alg !== 'ES256') throw new Error('the JWT is not signed with ES256');
  const signed = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
  if (!verify('sha256', Buffer.from(`${head}.${claims}`), signed, Buffer.from(signature, 'base64url'))) throw new Error('the signature is wrong');

  const { aud, exp, sub } = json(claims);
  if (aud !== origin) throw new Error(`aud is ${String(aud)}, not ${origin}`);
  if (typeof exp !== 'number' || exp * 1000 <= now) throw new Error('exp has passed');
  if (exp * 1000 > now + (DAY + 60) * 1000) throw new Error('exp is more than a day away');
  if (typeof sub !== 'string' || !/^(mailto:.+@.+|https:\/\/.+)$/.test(sub)) throw new Error(`sub is ${String(sub)}, neither mailto: nor https:`);
  return { aud, exp, sub, key };
}
