// Welcome and Settings: an account, what it looks like, and how it is left.
import { ADMIN, newCredentials, resetPassword, signUp } from '../lib/account.ts';
import { axe, screens } from '../lib/looks.ts';
import { expect, type Page, test } from '../lib/test.ts';

const PLACES = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };

/** It looks as it should, everyone can use it, and nothing sticks out to the side. */
async function looks(page: Page, name: string): Promise<void> {
  await axe(page);
  await screens(page, name);
  const { scroll, width } = await page.evaluate(() => ({ scroll: document.documentElement.scrollWidth, width: innerWidth }));
  expect(scroll).toBeLessThanOrEqual(width);
}

for (const [place, viewport] of Object.entries(PLACES)) {
  test.describe(`on a ${place}`, () => {
    test.use({ viewport });
    test.slow();

    test('welcome: sign in, or create an account', async ({ page }) => {
      await page.goto('/');
      await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
      await looks(page, `welcome-${place}`);

      await page.getByLabel('E-mail').fill(ADMIN.email);
      await page.getByLabel('Password', { exact: true }).fill('wrong wrong wrong 1');
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await expect(page.getByText('E-mail and password do not match')).toBeVisible();
      await axe(page);

      await page.getByRole('button', { name: 'Create an account' }).click();
      await page.getByRole('button', { name: 'Create an account', exact: true }).click();
      await expect(page.locator('[aria-invalid=true]').first()).toBeFocused();
      await looks(page, `welcome-create-${place}`);
    });

    test('settings: zone, appearance, language, password', async ({ page }) => {
      await signUp(page);
      await page.goto('/settings');
      await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
      await expect(page.getByText('This browser', { exact: true })).toBeVisible();
      await looks(page, `settings-${place}`);

      await page.getByLabel('Time zone').selectOption('Asia/Kathmandu');
      await expect(page.getByText('Saved.').first()).toBeVisible();
      await axe(page); // while the message is on screen
      await page.getByRole('radio', { name: 'Dark', exact: true }).check({ force: true });
      await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
      await page.reload();
      await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
      await expect(page.getByLabel('Time zone')).toHaveValue('Asia/Kathmandu');
      await page.getByRole('radio', { name: 'System', exact: true }).check({ force: true });

      await page.getByRole('radio', { name: 'Deutsch', exact: true }).check({ force: true });
      await expect(page.getByRole('heading', { level: 1, name: 'Einstellungen' })).toBeVisible();
      await looks(page, `settings-german-${place}`);
      await page.getByRole('radio', { name: 'English', exact: true }).check({ force: true });
      await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();

      await page.getByRole('button', { name: 'Change password' }).click();
      await looks(page, `password-${place}`);
      await page.getByRole('button', { name: 'Cancel' }).click();
      await expect(page.getByRole('dialog')).toBeHidden();
    });

    test('an address that leads nowhere says so', async ({ page }) => {
      await signUp(page);
      await page.goto('/nowhere');
      await expect(page.getByRole('heading', { name: 'Nothing here' })).toBeVisible();
      await axe(page);
    });
  });
}

test('who signs out is signed out in every tab, and comes back to where they wanted to be', async ({ page, context }) => {
  const me = await signUp(page);
  await page.goto('/settings');
  const other = await context.newPage();
  await other.goto('/');
  await expect(other.getByText('Nothing planned yet')).toBeVisible();

  await page.getByRole('button', { name: 'Sign out of this browser' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await expect(other.getByRole('heading', { name: 'Sign in' })).toBeVisible();

  await page.goto('/settings');
  await page.getByLabel('E-mail').fill(me.email);
  await page.getByLabel('Password', { exact: true }).fill(me.password);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
});

test('whoever forgot their password sets another by the link that the operator prints', async ({ page }) => {
  const me = await signUp(page);
  const link = resetPassword(me.email);
  await page.goto(link);
  await expect(page.getByRole('heading', { name: 'Set a password' })).toBeVisible();
  await expect(page.getByLabel('E-mail')).toBeHidden();
  await looks(page, 'welcome-reset');

  const [password, button] = [page.getByLabel('Password', { exact: true }), page.getByRole('button', { name: 'Set a password' })];
  await password.fill('password1234');
  await button.click();
  await expect(password).toHaveAttribute('aria-invalid', 'true');
  const better = newCredentials().password;
  await password.fill(better);
  await button.click();
  await expect(page.getByText('Nothing planned yet')).toBeVisible();

  // Once: whoever finds the link later gets nowhere.
  await page.context().clearCookies();
  await page.goto(link);
  await password.fill(newCredentials().password);
  await button.click();
  await expect(page.getByText('This link has been used or has expired')).toBeVisible();
  await page.goto('/');
  await page.getByLabel('E-mail').fill(me.email);
  await page.getByLabel('Password', { exact: true }).fill(better);
  await page.keyboard.press('Enter');
  await expect(page.getByText('Nothing planned yet')).toBeVisible();
});

test('a weak password and a taken address are told at their fields', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Create an account' }).click();
  await page.getByLabel('E-mail').fill(newCredentials().email);
  await page.getByLabel('Password', { exact: true }).fill('password1234');
  await page.getByRole('button', { name: 'Create an account', exact: true }).click();
  await expect(page.getByLabel('Password', { exact: true })).toHaveAttribute('aria-invalid', 'true');
  await page.getByLabel('E-mail').fill(ADMIN.email);
  await page.getByLabel('Password', { exact: true }).fill(newCredentials().password);
  await page.getByRole('button', { name: 'Create an account', exact: true }).click();
  await expect(page.getByLabel('E-mail')).toHaveAttribute('aria-invalid', 'true');
});
