// People who look at their day again and again while something happens.
import { setTimeout as sleep } from 'node:timers/promises';
import { civil, type Planner } from '../lib/planning.ts';

export class Load {
  /** What was not answered with 200, and when. */
  readonly failed: string[] = [];
  answered = 0;
  private over = false;
  private readonly loops: Promise<void>[];

  /** Begins, by so many at once. */
  constructor(
    private readonly url: string,
    private readonly by: Planner,
    several = 8,
  ) {
    this.loops = Array.from({ length: several }, () => this.loop());
  }

  private async loop(): Promise<void> {
    while (!this.over) {
      const response = await fetch(`${this.url}/api/v1/days/${civil().date}`, {
        headers: { Authorization: `Bearer ${this.by.token}` },
        signal: AbortSignal.timeout(20_000),
      }).catch(String);
      const outcome = typeof response === 'string' ? response : `${response.status}`;
      if (typeof response !== 'string') await response.arrayBuffer().catch((error) => this.failed.push(String(error)));
      if (outcome === '200') this.answered += 1;
      else this.failed.push(`${new Date().toISOString()} ${outcome}`);
      await sleep(5);
    }
  }

  /** Ends, with the requests that are under way. */
  async end(): Promise<void> {
    this.over = true;
    await Promise.all(this.loops);
  }
}
