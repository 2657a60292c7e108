// Debian's Firefox, headless, as a person's browser: its push service is ours, its notifications are its own windows.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { SCREENS } from './looks.ts';
import { installed, Program } from './processes.ts';

/** What a person's Firefox is not set to. */
const PREFERENCES = {
  // Marionette takes any free port and writes it into the profile.
  'marionette.port': 0,
  // Drivers turn push off.
  'dom.push.connection.enabled': true,
  'dom.push.testing.allowInsecureServerURL': true,
  // Sent a second time at once when the connection was lost.
  'dom.push.retryBaseInterval': 200,
  // The person has said yes to notifications, and they are windows of Firefox that can be looked at and clicked.
  'permissions.default.desktop-notification': 1,
  'alerts.useSystemBackend': false,
  // Nothing is asked of anybody.
  'app.update.disabledForTesting': true,
  'browser.safebrowsing.downloads.remote.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,#remote-settings-dummy/v1',
  'toolkit.telemetry.server': 'data:,',
};

/** A notification as Firefox shows it. */
export interface Shown {
  title: string;
  body: string;
}

/** A person's Firefox, with what it keeps: it can be closed and opened again. */
export class Profile {
  readonly folder = mkdtempSync(join(tmpdir(), 'daymark-firefox-'));

  constructor(
    readonly name: string,
    /** The origin of the push service. */
    push: string,
  ) {
    const preferences = { ...PREFERENCES, 'dom.push.serverURL': `${push.replace('http', 'ws')}/` };
    const lines = Object.entries(preferences).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`);
    writeFileSync(join(this.folder, 'user.js'), lines.join(''));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** How long an element may take to be there, in milliseconds. */
const PATIENCE = 20_000;

type Answer = { value: unknown } | { error: string };

export class Firefox {
  private asked: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly program: Program,
    private readonly driver: ChildProcessByStdio<Writable, Readable, null>,
    private readonly answers: AsyncIterator<string>,
  ) {}

  /** Opens it: a window with an empty page. */
  static async open(profile: Profile): Promise<Firefox> {
    const python = process.env.DAYMARK_MARIONETTE;
    if (!python || !existsSync(python)) throw new Error('what drives Firefox is missing: run scripts/setup firefox, then . scripts/env.sh');
    const portFile = join(profile.folder, 'MarionetteActivePort');
    rmSync(portFile, { force: true });
    const home = join(profile.folder, 'home');
    mkdirSync(home, { recursive: true });
    const command = [installed('firefox-esr', 'firefox'), '--headless', '--no-remote', '--marionette', '--remote-allow-system-access'];
    const program = new Program(profile.name, [...command, '--profile', profile.folder], { HOME: home, MOZ_DISABLE_AUTO_SAFE_MODE: '1' });
    try {
      const port = await program.until('it could be driven', () => (existsSync(portFile) && readFileSync(portFile, 'utf8')) || undefined, 60);
      const driver = spawn(python, [join(import.meta.dirname, '../firefox/driver.py'), port], { stdio: ['pipe', 'pipe', 'inherit'] });
      // Where it has ended, the next answer does not come: that is told.
      driver.stdin.on('error', () => undefined);
      const firefox = new Firefox(program, driver, createInterface(driver.stdout)[Symbol.asyncIterator]());
      await firefox.watchNotifications();
      return firefox;
    } catch (error) {
      await program.stop();
      throw error;
    }
  }

  /** Closes it as a person does; what waits for it then waits at the push service. */
  async close(): Promise<void> {
    await this.chrome(() => Services.startup.quit(Services.startup.eForceQuit)).catch(() => undefined);
    this.driver.stdin.end();
    // It writes down what it has to keep.
    for (const patience = Date.now() + 15_000; !this.program.hasEnded() && Date.now() < patience; ) await sleep(30);
    await this.program.stop();
  }

  async goto(url: string): Promise<void> {
    await this.ask({ do: 'open', url });
  }

  /** Runs a function in the page; what it returns, or promises, comes back as JSON. */
  async evaluate<R, A extends unknown[]>(run: (...args: A) => R | Promise<R>, ...args: A): Promise<R> {
    return (await this.ask({ do: 'script', script: `return (${String(run)})(...arguments)`, args })) as R;
  }

  /** Runs a function in the browser itself, outside of pages. */
  async chrome<R, A extends unknown[]>(run: (...args: A) => R | Promise<R>, ...args: A): Promise<R> {
    return (await this.ask({ do: 'script', script: `return (${String(run)})(...arguments)`, args, chrome: true })) as R;
  }

  /** Clicks what is there, or will soon be. */
  async click(xpath: string): Promise<void> {
    await this.patiently({ do: 'click', xpath });
  }

  async type(xpath: string, text: string): Promise<void> {
    await this.patiently({ do: 'type', xpath, text });
  }

  /** Keeps notifications on the screen until something closes them, as desktops do, and remembers them. */
  private async watchNotifications(): Promise<void> {
    await this.chrome(() => {
      const shown: Shown[] = [];
      const [browser] = [...Services.wm.getEnumerator('navigator:browser')];
      browser!.shown = shown;
      const watch = ({ document }: ChromeWindow) => {
        document.getElementById('alertBox')!.removeAttribute('animate');
        const title = document.getElementById('alertTitleLabel')!.getAttribute('value')!;
        shown.push({ title, body: document.getElementById('alertTextLabel')!.textContent! });
      };
      Services.ww.registerNotification((window, topic) => {
        if (topic === 'domwindowopened') window.addEventListener('AlertActive', () => watch(window), { once: true });
      });
      [...Services.wm.getEnumerator('alert:alert')].filter(({ gIsActive }) => gIsActive).forEach(watch);
    });
  }

  /** All notifications that there have been since it was opened. */
  shown(): Promise<Shown[]> {
    return this.chrome(() => [...Services.wm.getEnumerator('navigator:browser')][0]!.shown);
  }

  /** The notifications that are on the screen. */
  notifications(): Promise<Shown[]> {
    return this.chrome(() =>
      [...Services.wm.getEnumerator('alert:alert')]
        .filter(({ gIsActive, gIsReplaced }) => gIsActive && !gIsReplaced)
        .map(({ document }) => ({
          title: document.getElementById('alertTitleLabel')!.getAttribute('value')!,
          body: document.getElementById('alertTextLabel')!.textContent!,
        })),
    );
  }

  /**
   * Clicks the notification with this title, or its button for an action. The windows that stand for the desktop's
   * notifications have no buttons: what such a desktop tells Firefox is told in its place.
   */
  async clickNotification(title: string, action?: string): Promise<void> {
    await this.chrome(
      (title, action) => {
        const windows = [...Services.wm.getEnumerator('alert:alert')];
        const found = windows.find(({ document, gIsActive }) => gIsActive && document.getElementById('alertTitleLabel')!.getAttribute('value') === title);
        if (!found) throw new Error(`there is no notification ${title}`);
        if (action === undefined) return found.document.getElementById('alertTextBox')!.click();
        const QueryInterface = ChromeUtils.generateQI(['nsIAlertAction']);
        const pressed = { QueryInterface, action, title: action, iconURL: null, windowsSystemActivationType: false, opaqueRelaunchData: '' };
        found.gAlertListener.observe(pressed, 'alertclickcallback', found.gAlertCookie);
        found.close();
      },
      title,
      action,
    );
  }

  /** Takes all notifications off the screen, as nobody who read them does. */
  async dismissNotifications(): Promise<void> {
    await this.chrome(() => [...Services.wm.getEnumerator('alert:alert')].forEach((window) => window.close()));
  }

  /** The addresses of all tabs. */
  tabs(): Promise<string[]> {
    return this.chrome(() =>
      [...Services.wm.getEnumerator('navigator:browser')].flatMap(({ gBrowser }) => gBrowser.browsers.map(({ currentURI }) => currentURI.spec)),
    );
  }

  /** Pictures of the notifications on the screen, for people to look at: `<name>-<number>.png` in test-results/screens. */
  async pictures(name: string): Promise<void> {
    const pictures = await this.chrome(async () => {
      const windows = [...Services.wm.getEnumerator('alert:alert')].filter(({ gIsActive }) => gIsActive);
      const draw = async ({ document, browsingContext }: ChromeWindow) => {
        const bitmap = await browsingContext.currentWindowGlobal.drawSnapshot(null, 2, 'white');
        const canvas = document.createElementNS('http://www.w3.org/1999/xhtml', 'canvas') as HTMLCanvasElement;
        [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
        canvas.getContext('2d')!.drawImage(bitmap, 0, 0);
        return canvas.toDataURL('image/png').split(',')[1]!;
      };
      return Promise.all(windows.map(draw));
    });
    mkdirSync(SCREENS, { recursive: true });
    pictures.forEach((picture, index) => writeFileSync(join(SCREENS, `${name}-${index}.png`), Buffer.from(picture, 'base64')));
  }

  private async patiently(command: object): Promise<void> {
    const deadline = Date.now() + PATIENCE;
    for (;;) {
      try {
        await this.ask(command);
        return;
      } catch (error) {
        if (Date.now() > deadline || !/NoSuchElement|StaleElement|NotInteractable|ClickIntercepted/.test(String(error))) throw error;
        await sleep(100);
      }
    }
  }

  private ask(command: object): Promise<unknown> {
    // One after the other: answers come in the order of the commands.
    const answer = this.asked.then(async () => {
      this.driver.stdin.write(`${JSON.stringify(command)}\n`);
      const { value, done } = await this.answers.next();
      if (done) throw new Error('Firefox, or what drives it, has ended');
      const said = JSON.parse(value) as Answer;
      if ('error' in said) throw new Error(said.error);
      return said.value;
    });
    this.asked = answer.catch(() => undefined);
    return answer;
  }
}

// As much of the browser's own interfaces as is used above.
interface ChromeWindow extends Window {
  browsingContext: { currentWindowGlobal: { drawSnapshot(rect: null, scale: number, background: string): Promise<ImageBitmap> } };
  /** Whether a notification has been drawn, and whether another has taken its place. */
  gIsActive: boolean;
  gIsReplaced: boolean;
  gAlertListener: { observe(subject: object | null, topic: string, cookie: string): void };
  gAlertCookie: string;
  /** Ours. */
  shown: Shown[];
  gBrowser: { browsers: { currentURI: { spec: string } }[] };
}
declare const ChromeUtils: { generateQI(interfaces: string[]): unknown };
declare const Services: {
  startup: { quit(how: number): void; eForceQuit: number };
  ww: { registerNotification(observer: (window: ChromeWindow, topic: string) => void): void };
  wm: { getEnumerator(type: string): Iterable<ChromeWindow> };
};
