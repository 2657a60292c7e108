// A nameserver that answers with whatever addresses it has just been told, as a container engine's does.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const TYPE_A = 1;

export interface Nameserver {
  /** Where it listens, such as `127.0.0.1:5300`. */
  address: string;
  /** The IPv4 addresses that every name has; without any, no name is known. */
  addresses: string[];
  /** How often it was asked. */
  asked: number;
  stop(): void;
}

export async function startNameserver(): Promise<Nameserver> {
  const socket = createSocket('udp4');
  const nameserver: Nameserver = { address: '', addresses: [], asked: 0, stop: () => socket.close() };
  socket.on('message', (query, from) => {
    nameserver.asked += 1;
    socket.send(answer(query, nameserver.addresses), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  nameserver.address = `127.0.0.1:${socket.address().port}`;
  return nameserver;
}

/** RFC 1035, section 4: the question again, and an answer for each address. */
function answer(query: Buffer, addresses: string[]): Buffer {
  let end = 12;
  while (query[end] !== 0) end += query[end]! + 1;
  const question = query.subarray(12, end + 5);
  const found = query.readUInt16BE(end + 1) === TYPE_A ? addresses : [];
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  // A response, recursion desired and available; 3 is "no such name".
  header.writeUInt16BE(addresses.length > 0 ? 0x8180 : 0x8183, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(found.length, 6);
  const records = found.map((address) => {
    // The name by its place in the question, A, IN, valid for 600 s (nginx is told to believe it for less), four bytes.
    const record = Buffer.from([0xc0, 0x0c, 0, TYPE_A, 0, 1, 0, 0, 0x02, 0x58, 0, 4, 0, 0, 0, 0]);
    address.split('.').forEach((part, at) => record.writeUInt8(Number(part), 12 + at));
    return record;
  });
  return Buffer.concat([header, question, ...records]);
}
