// The containers of production, started for a test and looked at from outside, as an operator would.
import { execFile, type ExecFileOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { promisify } from 'node:util';
import { ROOT } from './nginx.ts';

const run = promisify(execFile);

interface Options {
  env?: NodeJS.ProcessEnv;
  seconds?: number;
  cwd?: string;
  /** Whether what is printed on standard error belongs to it. */
  both?: boolean;
}

/** Runs docker; what it prints, or throws with the end of it. */
export async function docker(args: string[], { env, seconds = 60, cwd = ROOT, both = false }: Options = {}): Promise<string> {
  const options: ExecFileOptions = { cwd, env: { ...process.env, ...env }, timeout: seconds * 1000, maxBuffer: 64 << 20 };
  try {
    const { stdout, stderr } = await run('docker', args, options);
    return both ? `${stdout}${stderr}` : `${stdout}`;
  } catch (error) {
    const { stdout, stderr, killed } = error as { stdout?: string; stderr?: string; killed?: boolean };
    const end = `${stdout ?? ''}\n${stderr ?? ''}`.trim().split('\n').slice(-25).join('\n');
    throw new Error(`docker ${args.join(' ')} ${killed ? `took over ${seconds} s` : 'failed'}:\n${end}`);
  }
}

/** How a command ended that may fail, and what it printed. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs docker, with this as its standard input; tells how it ended, and throws only where it took too long. */
export async function outcome(args: string[], { env, seconds = 60, cwd = ROOT, input = '' }: Options & { input?: string } = {}): Promise<Outcome> {
  const child = spawn('docker', args, { cwd, env: { ...process.env, ...env }, timeout: seconds * 1000, killSignal: 'SIGKILL' });
  // Whoever does not read it to its end says by its exit code whether that is right.
  child.stdin.on('error', () => undefined).end(input);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (part: string) => (stdout += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === null) throw new Error(`docker ${args.join(' ')} took over ${seconds} s:\n${stdout}\n${stderr}`);
  return { code, stdout, stderr };
}

/** As much of `docker inspect` as is looked at. */
export interface Inspected {
  Id: string;
  Name: string;
  Config: { User: string; Env: string[] | null; Labels: Record<string, string> };
  HostConfig: {
    ReadonlyRootfs: boolean;
    CapAdd: string[] | null;
    CapDrop: string[] | null;
    SecurityOpt: string[] | null;
    PidsLimit: number | null;
    Memory: number;
    LogConfig: { Config: Record<string, string> };
    PortBindings: Record<string, unknown>;
  };
  NetworkSettings: { Networks: Record<string, { IPAddress: string }> };
  State: { Status: string; Pid: number; StartedAt: string; Health?: { Status: string } };
}

/** One project of Compose, made of docker-compose.yml and what is beside it, in this folder. */
export class Compose {
  constructor(
    readonly project: string,
    private readonly env: Record<string, string>,
    private readonly more: string[] = [],
    private readonly folder = ROOT,
  ) {}

  /** The same project with other settings, or with more files. */
  with(env: Record<string, string>, more: string[] = []): Compose {
    return new Compose(this.project, { ...this.env, ...env }, [...this.more, ...more], this.folder);
  }

  /** Nobody's `.env` has a say. */
  private command(args: string[]): string[] {
    const files = ['docker-compose.yml', ...this.more].flatMap((file) => ['--file', file]);
    return ['compose', '--env-file', '/dev/null', '--project-name', this.project, '--progress', 'quiet', ...files, ...args];
  }

  /** `docker compose …` */
  run(args: string[], seconds = 60): Promise<string> {
    return docker(this.command(args), { env: this.env, seconds, cwd: this.folder });
  }

  /** The same where it may fail: how it ended. */
  outcome(args: string[], options: { input?: string; seconds?: number } = {}): Promise<Outcome> {
    return outcome(this.command(args), { env: this.env, cwd: this.folder, ...options });
  }

  /** The same, with what it prints put into a file as it is. */
  async save(args: string[], file: string): Promise<void> {
    const out = openSync(file, 'w');
    const child = spawn('docker', this.command(args), { cwd: this.folder, env: { ...process.env, ...this.env }, stdio: ['ignore', out, 'inherit'], timeout: 60_000 });
    const [code] = (await once(child, 'close')) as [number | null];
    closeSync(out);
    if (code !== 0) throw new Error(`docker compose ${args.join(' ')} ended with ${code}`);
  }

  /** Starts everything, or these, and waits until all of it is healthy. */
  up(args: string[] = []): Promise<string> {
    return this.run(['up', '--detach', '--wait', '--wait-timeout', '240', ...args], 300);
  }

  /** Stops everything; volumes stay unless they are to go too. */
  down({ volumes = false } = {}): Promise<string> {
    return this.run(['down', '--timeout', '20', '--remove-orphans', ...(volumes ? ['--volumes'] : [])], 180);
  }

  /** The running containers, or those of a service. */
  async containers(service?: string): Promise<Inspected[]> {
    const ids = (await this.run(['ps', '--quiet', ...(service ? [service] : [])])).trim().split('\n').filter(Boolean);
    return ids.length === 0 ? [] : (JSON.parse(await docker(['inspect', ...ids])) as Inspected[]);
  }

  /** What a service has printed, without what some versions of Compose put before each line for terminals. */
  async logs(service: string): Promise<string> {
    return (await this.run(['logs', '--no-log-prefix', '--no-color', service])).replaceAll('\u001b[2K', '');
  }

  /** The name that the project's volume has. */
  volume(name: string): string {
    return `${this.project}_${name}`;
  }
}

/** `SIGKILL` from outside of the container, which then dies as of a fault: `docker kill` would count as a wish to stop it. */
export async function killed({ State }: Inspected): Promise<void> {
  const shell = ['run', '--rm', '--pid', 'host', '--network', 'none', '--entrypoint', 'sh', '--user', '0', 'debian:trixie-slim'];
  await docker([...shell, '-c', `kill -9 ${State.Pid}`]);
}
