// Runs before the first paint: light or dark, the language, and which of the two shells to show.
(() => {
  const root = document.documentElement;
  // As src/platform/storage.rs has it: below another path of this server lives another Daymark.
  const key = (name) => `daymark.${name}${new URL(document.baseURI).pathname.slice(0, -1)}`;
  const recall = (name) => {
    try {
      return localStorage.getItem(key(name));
    } catch {
      return null;
    }
  };

  const systemDark = matchMedia('(prefers-color-scheme: dark)');
  const ground = { light: '#fafaf9', dark: '#131315' };
  const applyTheme = () => {
    const chosen = recall('theme');
    const theme = chosen === 'light' || chosen === 'dark' ? chosen : systemDark.matches ? 'dark' : 'light';
    root.dataset.theme = theme;
    for (const meta of document.querySelectorAll('meta[name="theme-color"]')) meta.content = ground[theme];
  };
  applyTheme();
  systemDark.addEventListener('change', applyTheme);
  // Chosen here, or in another tab.
  addEventListener('daymark:theme', applyTheme);
  addEventListener('storage', (event) => {
    if (event.key === key('theme')) applyTheme();
  });

  const spoken = [recall('language'), ...navigator.languages].map((tag) => tag?.slice(0, 2).toLowerCase());
  root.lang = spoken.find((tag) => tag === 'en' || tag === 'de') ?? 'en';
  root.dataset.shell = recall('signed_in') === null ? 'welcome' : 'app';
})();
