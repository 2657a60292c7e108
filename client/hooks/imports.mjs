// Short names for what a WASM module imports (WebAssembly core specification 2.0, 5.5.5), and for its glue alike.

/** A reader of the binary format, at `at` in `bytes`. */
class Reader {
  constructor(bytes, at = 0) {
    Object.assign(this, { bytes, at });
  }

  byte() {
    return this.bytes[this.at++];
  }

  /** An unsigned integer in LEB128. */
  number() {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  take(length) {
    return this.bytes.subarray(this.at, (this.at += length));
  }

  name() {
    return Buffer.from(this.take(this.number())).toString('utf8');
  }

  limits() {
    const hasMost = this.byte() & 1;
    this.number();
    if (hasMost) this.number();
  }

  /** What is imported: read past, and given as it is. */
  description() {
    const start = this.at;
    const kind = this.byte();
    if (kind === 0) this.number(); // a function: its type
    else if (kind === 1) { this.byte(); this.limits(); } // a table
    else if (kind === 2) this.limits(); // a memory
    else if (kind === 3) this.take(2); // a global
    else throw new Error(`import of an unknown kind: ${kind}`);
    return this.bytes.subarray(start, this.at);
  }
}

function number(value) {
  const bytes = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value % 0x80) | 0x80);
  return Buffer.from([...bytes, value]);
}

const name = (text) => Buffer.concat([number(Buffer.byteLength(text)), Buffer.from(text)]);

const IMPORTS = 2;

/**
 * Gives the module with short names of imports, and a function that writes the same names into its glue.
 * Fails where a name could be mistaken for a part of something else.
 */
export function shortenImports(module) {
  const reader = new Reader(module, 8);
  const parts = [module.subarray(0, 8)];
  const short = new Map();
  const shorten = (long, as) => short.get(long) ?? (short.set(long, as(short.size)), short.get(long));

  while (reader.at < module.length) {
    const id = reader.byte();
    const content = reader.take(reader.number());
    if (id !== IMPORTS) {
      parts.push(Buffer.from([id]), number(content.length), content);
      continue;
    }
    const imports = new Reader(content);
    const count = imports.number();
    const made = [number(count)];
    for (let index = 0; index < count; index++) {
      const from = shorten(imports.name(), (n) => `./${n}`);
      const what = shorten(imports.name(), (n) => `$${n.toString(36)}`);
      made.push(name(from), name(what), imports.description());
    }
    const section = Buffer.concat(made);
    parts.push(Buffer.from([id]), number(section.length), section);
  }

  const rename = (glue) => {
    for (const [long, brief] of short) {
      const places = glue.split(long);
      const within = places.some((before, place) => place < places.length - 1 && /[\w$]$/.test(before))
        || places.some((after, place) => place > 0 && /^[\w$]/.test(after));
      if (places.length < 2 || within) throw new Error(`the glue does not name ${long} as the program does`);
      glue = places.join(brief);
    }
    return glue;
  };
  return { wasm: Buffer.concat(parts), rename };
}
