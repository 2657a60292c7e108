// Programs that the tests start: each logs to a file of its own, and none outlives the tests.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const LOGS = join(import.meta.dirname, '../test-results/logs');

const running = new Set<Program>();
// Whatever ends us, short of SIGKILL; the kernel's death signal (below) is for that.
process.on('exit', () => running.forEach((program) => program.kill('SIGKILL')));

// Sends SIGTERM to the program when its parent dies.
const dyingWithUs = spawnSync('setpriv', ['--pdeathsig', 'TERM', 'true']).status === 0 ? ['setpriv', '--pdeathsig', 'TERM'] : [];

export class Program {
  readonly log: string;
  private readonly child: ChildProcess;
  private readonly ended: Promise<void>;
  private failure?: Error;

  constructor(
    readonly name: string,
    command: string[],
    env: Record<string, string> = {},
  ) {
    mkdirSync(LOGS, { recursive: true });
    this.log = join(LOGS, `${name}.log`);
    rmSync(this.log, { force: true });
    // A real file, not a pipe: nginx opens /dev/stdout, and appends to it.
    const log = openSync(this.log, 'a');
    const [program, ...args] = [...dyingWithUs, ...command] as [string, ...string[]];
    // Debian keeps nginx in sbin.
    const PATH = `${process.env.PATH}:/usr/sbin`;
    this.child = spawn(program, args, { env: { ...process.env, PATH, ...env }, stdio: ['ignore', log, log] });
    closeSync(log);
    this.ended = new Promise((resolve) => {
      this.child.once('close', () => resolve());
      this.child.once('error', (error) => {
        this.failure = error;
        resolve();
      });
    });
    void this.ended.then(() => running.delete(this));
    running.add(this);
  }

  /** What it has printed so far. */
  output(): string {
    return readFileSync(this.log, 'utf8');
  }

  hasEnded(): boolean {
    return this.failure !== undefined || this.child.exitCode !== null || this.child.signalCode !== null;
  }

  kill(signal: NodeJS.Signals): void {
    if (!this.hasEnded()) this.child.kill(signal);
  }

  /** Waits until `ready` says so, and tells with the end of the log if that takes too long or the program ends. */
  async until<T>(what: string, ready: () => Promise<T | undefined> | T | undefined, seconds = 20): Promise<T> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const value = await ready();
      if (value !== undefined) return value;
      const over = this.hasEnded() ? 'ended' : Date.now() > deadline ? `took over ${seconds} s` : undefined;
      if (over) {
        const end = this.output().split('\n').slice(-30).join('\n');
        throw new Error(`${this.name} ${over} before ${what}. The end of ${this.log}:\n${this.failure ?? ''}${end}`);
      }
      await sleep(30);
    }
  }

  /** Asks it to end, and ends it after five seconds. */
  async stop(): Promise<void> {
    this.kill('SIGTERM');
    const patience = setTimeout(() => this.kill('SIGKILL'), 5_000);
    await this.ended;
    clearTimeout(patience);
  }
}

/** A port of the loopback address that nobody listens on. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}

/** Whether a request succeeds within a second. */
export async function answers(url: string, method = 'GET'): Promise<true | undefined> {
  try {
    const response = await fetch(url, { method, signal: AbortSignal.timeout(1_000) });
    await response.arrayBuffer();
    return response.ok ? true : undefined;
  } catch {
    return undefined;
  }
}

/** The first of these programs that is installed. */
export function installed(...programs: string[]): string {
  const found = programs.find((program) => spawnSync('which', [program]).status === 0);
  if (!found) throw new Error(`${programs.join(' or ')} is missing: run scripts/setup e2e`);
  return found;
}
