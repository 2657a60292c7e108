// A plan and its runs, made through the API as the client makes them.
import { randomBytes } from 'node:crypto';

export interface StepPlan {
  title: string;
  minutes: number;
  note?: string;
}

export interface RoutinePlan {
  title: string;
  steps: StepPlan[];
  colour?: 'sun' | 'leaf' | 'sea' | 'slate' | 'plum' | 'brick';
  icon?: string;
  notes?: string;
  /** `2026-11-18T07:00`, or `2026-11-18` for a whole day; without one it lies in the inbox. */
  start?: string;
  /** An RFC 5545 rule such as `FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR`. */
  repeat?: string;
}

export interface Run {
  id: string;
  revision: number;
  now: string;
  steps: { id: string; title: string }[];
  progress: {
    current: number;
    auto_advance: boolean;
    phase: { state: 'running' | 'paused' | 'finished' | 'abandoned'; since?: string };
    steps: { planned_ms: number; allowed_ms: number; spent_ms: number; outcome: string }[];
  };
}

/** A UUID, version 7. */
export function mint(): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** The date and the time of day in a zone, `minutes` from now: `2026-11-18` and `07:05`. */
export function civil(minutes = 0, zone = 'Europe/Berlin'): { date: string; time: string } {
  const at = new Date(Date.now() + minutes * 60_000);
  const text = at.toLocaleString('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  return { date: text.slice(0, 10), time: text.slice(11, 16) };
}

/** Today at a time of day, in a zone: `2026-11-18T07:05`. */
export function today(time?: string, zone = 'Europe/Berlin'): string {
  const now = civil(0, zone);
  return `${now.date}T${time ?? now.time}`;
}

export class Planner {
  constructor(
    private readonly url: string,
    readonly token: string,
  ) {}

  async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.url}/api/v1/${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.token}`, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  /** Creates a routine; answers its id. */
  async create({ title, steps, colour = 'sea', icon = 'circle', notes = '', start, repeat }: RoutinePlan): Promise<string> {
    const id = mint();
    const schedule = start === undefined ? null : { start, ...(repeat === undefined ? {} : { repeat }) };
    const withIds = steps.map((step) => ({ id: mint(), note: '', ...step }));
    await this.ask('POST', 'routines', { id, title, notes, colour, icon, steps: withIds, schedule });
    return id;
  }

  /** Starts the occurrence that begins at `start` by the routine's first version. */
  async start(routine: string, start: string, autoAdvance = true): Promise<Run> {
    const occurrence = `1-${start.replaceAll(/[-:]/g, '')}`;
    return this.ask('POST', 'runs', { id: mint(), routine, occurrence, auto_advance: autoAdvance });
  }

  /** Creates a routine that begins now, and starts it. */
  async run(plan: Omit<RoutinePlan, 'start'>, autoAdvance = true): Promise<Run> {
    const start = today();
    return this.start(await this.create({ ...plan, start }), start, autoAdvance);
  }

  get(run: string): Promise<Run> {
    return this.ask('GET', `runs/${run}`);
  }

  /** Marks an occurrence of the first version as done. */
  async done(routine: string, start: string): Promise<void> {
    await this.ask('PUT', `routines/${routine}/occurrences/1-${start.replaceAll(/[-:]/g, '')}/done`);
  }
}
