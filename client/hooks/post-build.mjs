// What Trunk leaves undone, on its staging folder: scripts out of the page, what is served made small, and everything
// compressed beforehand. Node.js has SHA-384 and Brotli; esbuild, which scripts/setup installs, minifies.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { shortenImports } from './imports.mjs';

const stage = process.env.TRUNK_STAGING_DIR;
if (!stage) throw new Error('Trunk runs this file: TRUNK_STAGING_DIR is not set');
const release = process.env.TRUNK_PROFILE === 'release';

const integrityOf = (content) => `sha384-${createHash('sha384').update(content).digest('base64')}`;

/** The same shape of name as Trunk's: nginx and the server keep such files for ever. */
function writeHashed(name, extension, content) {
  const file = `${name}-${createHash('sha256').update(content).digest('hex').slice(0, 16)}.${extension}`;
  writeFileSync(join(stage, file), content);
  return { file, integrity: integrityOf(content) };
}

const minified = (text, ...options) =>
  execFileSync('esbuild', ['--minify', '--log-level=warning', ...options], { input: text, encoding: 'utf8' });

/** Puts `content` in the place of a file that the page names, with its hash. */
function replaceFile(html, file, content) {
  const path = join(stage, file);
  const [, name, tail, extension] = /^(.*)-[0-9a-f]{16}(_bg)?\.(\w+)$/.exec(file);
  const integrity = integrityOf(readFileSync(path));
  rmSync(path);
  const made = writeHashed(name + (tail ?? ''), extension, content);
  return html.replaceAll(file, made.file).replaceAll(integrity, made.integrity);
}

/** The program and its glue know each other's functions by long names, which no person reads. */
function shrinkProgram(html) {
  const [file] = readdirSync(stage).filter((name) => name.endsWith('_bg.wasm'));
  const glue = file.replace('_bg.wasm', '.js');
  const { wasm, rename } = shortenImports(readFileSync(join(stage, file)));
  const js = minified(rename(readFileSync(join(stage, glue), 'utf8')), '--loader=js', '--format=esm');
  return replaceFile(replaceFile(html, file, wasm), glue, js);
}

/** The scripts that are written by hand: those that the page names, and the service worker, whose name stays. */
function shrinkScripts(html) {
  const own = readdirSync(stage).filter((name) => /^(theme|push)-[0-9a-f]{16}\.js$/.test(name));
  for (const file of own) html = replaceFile(html, file, minified(readFileSync(join(stage, file), 'utf8'), '--loader=js'));
  const worker = join(stage, 'sw.js');
  writeFileSync(worker, minified(readFileSync(worker, 'utf8'), '--loader=js'));
  return html;
}

/** One style sheet in place of one for each part: fewer requests, and they share what they have in common. */
function bundleStyles(html) {
  const links = [...html.matchAll(/<link[^>]*rel="stylesheet"[^>]*>/g)].map(([link]) => link);
  const files = links.map((link) => basename(/href="([^"]+)"/.exec(link)[1]));
  const all = files.map((file) => readFileSync(join(stage, file), 'utf8')).join('\n');
  const { file, integrity } = writeHashed('style', 'css', minified(all, '--loader=css'));
  for (const file of files) rmSync(join(stage, file));
  const [first, ...others] = links;
  html = html.replace(first, `<link rel="stylesheet" href="./${file}" integrity="${integrity}" />`);
  return others.reduce((html, link) => html.replace(link, ''), html);
}

/** The content security policy allows no inline script: each becomes a file beside the page. */
function moveInlineScripts(html) {
  return html.replaceAll(/<script([^>]*)>([^]*?)<\/script>/g, (whole, attributes, text) => {
    if (/\bsrc\s*=/.test(attributes) || text.trim() === '') return whole;
    if (/\btype\s*=\s*["']?(application|importmap|speculationrules)/.test(attributes)) return whole;
    const { file, integrity } = writeHashed('start', 'js', text.trim() + '\n');
    return `<script${attributes} src="./${file}" integrity="${integrity}" crossorigin="anonymous"></script>`;
  });
}

const page = join(stage, 'index.html');
let html = readFileSync(page, 'utf8');
// Trunk drops the leading zeros of its hashes; with them, all are 16 digits long, and told from other names by that.
for (const name of readdirSync(stage)) {
  const whole = name.replace(/-([0-9a-f]{12,15})(?=(_bg)?\.\w+$)/, (_, hash) => `-${hash.padStart(16, '0')}`);
  if (whole === name) continue;
  renameSync(join(stage, name), join(stage, whole));
  html = html.replaceAll(name, whole);
}
// Every address in the page is relative. Only the base says where the client lives, so another path is another base
// and no new build; without one, a page such as /routines/… would look for the program in /routines/.
html = html.replace(/<base href="[^"]*"\s*\/?>/, '<base href="/">');
// Browsers ignore it on what is preloaded for `fetch`, and say so on every start.
html = html.replaceAll(/<link rel="preload"[^>]*\sas="fetch"[^>]*>/g, (link) => link.replace(/\sintegrity="[^"]*"/, ''));
// `trunk serve` puts its reloading script into the page as it is served, and sends no policy.
if (release) html = moveInlineScripts(bundleStyles(shrinkScripts(shrinkProgram(html))));
writeFileSync(page, html);

if (release) {
  const inline = html.match(/<style[\s>]|\sstyle=|\son[a-z]+=/i);
  if (inline) throw new Error(`index.html has something inline that the content security policy forbids: ${inline[0].trim()}`);

  const compressible = /\.(html|css|js|mjs|json|map|svg|txt|wasm|webmanifest|ico|wav)$/;
  for (const entry of readdirSync(stage, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !compressible.test(entry.name)) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const plain = readFileSync(path);
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
    };
    writeFileSync(`${path}.br`, brotliCompressSync(plain, { params }));
    writeFileSync(`${path}.gz`, gzipSync(plain, { level: 9 }));
  }
}
