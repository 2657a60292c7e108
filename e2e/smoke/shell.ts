// An operator's shell in a clone that has a remote to pull from, and an .env.example with what keeps it apart from other stacks of
// this machine.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { clone } from './clone.ts';

const git = (cwd: string, ...args: string[]): string => {
  const who = ['-c', 'user.name=Daymark', '-c', 'user.email=daymark@localhost', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', [...who, ...args], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
};

/** The commands of `server` run where operators run them; `restore`, as it wants it, while nothing else has the data open. */
const SERVER = `if [[ $1 == restore && $2 != --check ]]; then
  docker compose stop server jobs
  docker compose run --rm --no-deps -T server "$@"
  exec docker compose up --detach --wait
fi
exec docker compose exec -T server server "$@"`;

/** `server` in its shell is that of the project's container, `sudo` is root in a container that sees nothing but the clone. */
export class Shell {
  readonly outer = mkdtempSync(join(tmpdir(), 'daymark-shell-'));
  readonly dir = join(this.outer, 'daymark');

  constructor(
    readonly project: string,
    settings: Record<string, string>,
  ) {
    clone(this.dir);
    const example = join(this.dir, '.env.example');
    const more = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(example, [readFileSync(example, 'utf8').replace(/^COMPOSE_FILE=.*\n/m, ''), ...more].join(''));
    git(this.dir, 'init', '--quiet', '--initial-branch', 'main');
    git(this.dir, 'add', '--all');
    git(this.dir, 'commit', '--quiet', '--message', 'A version');
    git(this.outer, 'clone', '--quiet', '--bare', this.dir, 'origin.git');
    git(this.dir, 'remote', 'add', 'origin', '../origin.git');
    git(this.dir, 'fetch', '--quiet');
    git(this.dir, 'branch', '--quiet', '--set-upstream-to', 'origin/main');
    this.program('server', SERVER);
    this.program('sudo', `exec docker run --rm --network none --volume "${this.outer}:${this.outer}" --workdir "$PWD" debian:trixie-slim "$@"`);
  }

  /** Puts a program of its own before those of this machine. */
  program(name: string, script: string): void {
    this.write(`../bin/${name}`, `#!/usr/bin/env bash\nset -euo pipefail\n${script}\n`, 0o755);
  }

  /** A newer version, where `git pull` finds it. */
  publish(message: string): void {
    const work = join(this.outer, 'published');
    rmSync(work, { recursive: true, force: true });
    git(this.outer, 'clone', '--quiet', 'origin.git', work);
    git(work, 'commit', '--quiet', '--allow-empty', '--message', message);
    git(work, 'push', '--quiet');
  }

  /** Puts a file into it, in place of the one that is there. */
  write(file: string, text: string, mode = 0o644): string {
    const path = join(this.dir, file);
    mkdirSync(dirname(path), { recursive: true });
    rmSync(path, { force: true });
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  }

  /** Has a shell in its folder run a command; what that printed, and how it ended. */
  async run(command: string, { env = {}, seconds = 300 }: { env?: Record<string, string>; seconds?: number } = {}): Promise<{ code: number | null; printed: string }> {
    // Nothing that this shell has set takes part, but for how Docker is reached.
    const kept = Object.entries(process.env).filter(([name]) => /^(HOME|LANG|TMPDIR|DOCKER_\w+)$/.test(name));
    const child = spawn('bash', ['-euo', 'pipefail', '-c', command], {
      cwd: this.dir,
      env: { ...Object.fromEntries(kept), PATH: `${join(this.outer, 'bin')}:${process.env.PATH}`, COMPOSE_PROJECT_NAME: this.project, COMPOSE_PROGRESS: 'quiet', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: seconds * 1000,
    });
    const parts: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => parts.push(part));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, printed: Buffer.concat(parts).toString() };
  }

  /** What belongs to others too, after a command that wanted root. */
  async remove(): Promise<void> {
    await this.run(`cd "${this.outer}" && sudo rm -rf daymark`);
    rmSync(this.outer, { recursive: true, force: true });
  }
}
