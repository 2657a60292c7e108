// Takes the pictures of the README anew: npm --prefix e2e run pictures
import config from './playwright.config.ts';

export default { ...config, testDir: 'pictures', workers: 1 };
