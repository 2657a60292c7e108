// How a screen looks: accessible in both themes, and pictures of it.
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

export const THEMES = ['light', 'dark'] as const;
export const SCREENS = join(import.meta.dirname, '../test-results/screens');

/** Runs `look` in each theme, at rest. The page follows the system unless told otherwise, as a new account's does. */
async function inBothThemes(page: Page, look: (theme: (typeof THEMES)[number]) => Promise<void>): Promise<void> {
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await page.evaluate(async () => {
      await document.fonts.ready;
      // The page hears of the change, then shows it.
      for (let frame = 0; frame < 3; frame += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
      // Those that never end are not waited for.
      const rest = Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => undefined)));
      await Promise.race([rest, new Promise((resolve) => setTimeout(resolve, 500))]);
    });
    await look(theme);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
}

/** No violation of WCAG 2.2 AA, nor of what axe calls good practice, in either theme. */
export async function axe(page: Page): Promise<void> {
  await inBothThemes(page, async (theme) => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
    const found = violations.map(({ id, help, nodes }) => `${id}: ${help}\n    ${nodes.map(({ html }) => html).join('\n    ')}`);
    expect(found, `axe, ${theme}`).toEqual([]);
  });
}

/** Pictures in both themes: `<name>-light.png` and `<name>-dark.png`, in `directory` or test-results/screens. */
export async function screens(page: Page, name: string, directory = SCREENS): Promise<void> {
  mkdirSync(directory, { recursive: true });
  await inBothThemes(page, async (theme) => {
    await page.screenshot({ path: join(directory, `${name}-${theme}.png`), animations: 'disabled' });
  });
}
