// Lets an earlier server make what upgrade.spec.ts brings up to date:  node --import tsx smoke/make-earlier.ts SERVER FOLDER
import { join } from 'node:path';
import { createAccount } from '../lib/account.ts';
import { mint, Planner } from '../lib/planning.ts';
import { answers, freePort, Program } from '../lib/processes.ts';
import { LAMP, PLAN, SOMEBODY } from './earlier.ts';

const [program, folder] = process.argv.slice(2);
if (!program || !folder) throw new Error('make-earlier.ts SERVER FOLDER');
const port = await freePort();
const url = `http://localhost:${port}`;
const settings = { BIND: `127.0.0.1:${port}`, DATA_DIR: folder, PUBLIC_URL: url, OUTBOUND_ALLOW: '127.0.0.0/8' };
const server = new Program('earlier-server', [program, 'api'], settings);
try {
  await server.until('it was ready', () => answers(`${url}/readyz`));
  const setup = await server.until('it printed the link', () => server.output().match(/setup=(\S+)/)?.[1]);
  const { accessToken } = await createAccount(url, { ...SOMEBODY, setup });
  const by = new Planner(url, accessToken);
  await by.done(await by.create(PLAN), PLAN.start);
  await by.ask('POST', 'channels', { id: mint(), name: LAMP, target: { webhook: { url: 'http://127.0.0.1:9/lamp' } } });
} finally {
  await server.stop();
}
console.log(`made ${join(folder, 'daymark.db')}`);
