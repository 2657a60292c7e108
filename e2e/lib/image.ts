// What is in an image above another: its files, what they weigh compressed, and which of them hold a text.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { docker } from './docker.ts';

export interface Layers {
  /** Paths without a leading slash. */
  files: string[];
  /** Bytes, each layer compressed as registries keep it. */
  compressed: number;
  /** Files and configurations that hold one of the texts. */
  found: string[];
}

export async function layersAbove(image: string, base: string, texts: string[]): Promise<Layers> {
  const rootLayers = async (name: string) => JSON.parse(await docker(['image', 'inspect', '--format', '{{json .RootFS.Layers}}', name])) as string[];
  // A builder of its own takes the base without leaving it here.
  await docker(['image', 'inspect', base]).catch(() => docker(['pull', '--quiet', base], { seconds: 300 }));
  const below = new Set(await rootLayers(base));
  const dir = mkdtempSync(join(tmpdir(), 'daymark-image-'));
  try {
    await docker(['save', '--output', join(dir, 'image.tar'), image], { seconds: 300 });
    await tar(['-xf', join(dir, 'image.tar'), '-C', dir]);
    const [manifest] = JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8')) as [{ Config: string; Layers: string[] }];
    const needles = texts.map((text) => Buffer.from(text));
    const holds = (bytes: Buffer) => needles.some((needle) => bytes.includes(needle));
    const layers: Layers = { files: [], compressed: 0, found: holds(readFileSync(join(dir, manifest.Config))) ? ['the configuration'] : [] };
    let above = 0;
    for (const name of manifest.Layers) {
      const file = join(dir, name);
      if (!existsSync(file)) throw new Error(`${image} has no ${name}`);
      const saved = readFileSync(file);
      // Newer engines save layers as registries keep them.
      const bytes = saved.readUInt16BE(0) === 0x1f8b ? gunzipSync(saved) : saved;
      if (below.has(`sha256:${createHash('sha256').update(bytes).digest('hex')}`)) continue;
      above += 1;
      layers.compressed += gzipSync(bytes, { level: 6 }).length;
      layers.files.push(...(await tar(['-tf', file])).split('\n').filter(Boolean));
      if (holds(bytes)) layers.found.push(name);
    }
    if (above === 0 || above === manifest.Layers.length) throw new Error(`${image} is not made of ${base}`);
    return layers;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Runs tar; what it prints. */
function tar(args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('tar', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (printed += part));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(printed) : reject(new Error(`tar ${args.join(' ')} ended with ${code}`))));
  });
}
