// Web Push in this browser, as the program asks for it (src/platform/push.rs). Each answer is a text.
(() => {
  const { serviceWorker } = navigator;

  const isApple = /iPhone|iPad|iPod/.test(navigator.userAgent) || (navigator.platform === 'MacIntel' && navigator.maxTouchPoints > 1);
  const isInstalled = () => matchMedia('(display-mode: standalone)').matches || navigator.standalone === true;

  /** No worker and no push service is waited for longer than this. */
  const LIMIT_MS = 20_000;
  const within = (promise) => Promise.race([promise, new Promise((_, reject) => setTimeout(reject, LIMIT_MS))]);
  const ready = () => within(serviceWorker.ready);

  const subscription = async () => (await serviceWorker.getRegistration())?.pushManager.getSubscription();
  const tell = async (message) => (await ready()).active?.postMessage(message);

  /** As `Shown::Push` has it: the first eight bytes of the SHA-256 of the endpoint, in hexadecimal. */
  const fingerprint = async (endpoint) => {
    const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(endpoint));
    return [...new Uint8Array(hash, 0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  };

  globalThis.daymarkPush = {
    /** `insecure`, `install`, `unsupported`, `denied`, `off`, or the fingerprint of the subscription. */
    async state() {
      if (!isSecureContext) return 'insecure';
      if (isApple && !isInstalled()) return 'install';
      if (!serviceWorker || !('PushManager' in globalThis) || !('Notification' in globalThis)) return 'unsupported';
      if (Notification.permission === 'denied') return 'denied';
      const found = await subscription();
      return found ? fingerprint(found.endpoint) : 'off';
    },

    /**
     * Asks the person and subscribes: the subscription in JSON, or why not (`denied`, `failed`). With `anew` nobody is asked,
     * and the subscription is another than before.
     */
    async subscribe(key, anew) {
      const permission = anew ? Notification.permission : await Notification.requestPermission();
      if (permission !== 'granted') return 'denied';
      try {
        await serviceWorker.register('sw.js');
        const { pushManager } = await ready();
        if (anew) await (await pushManager.getSubscription())?.unsubscribe();
        const options = { userVisibleOnly: true, applicationServerKey: key };
        // One that was made with another key stands in the way.
        const made = await within(pushManager.subscribe(options)).catch(async () => {
          await (await pushManager.getSubscription())?.unsubscribe();
          return within(pushManager.subscribe(options));
        });
        const { endpoint, keys } = made.toJSON();
        return JSON.stringify({ endpoint, keys });
      } catch {
        return 'failed';
      }
    },

    async unsubscribe() {
      await (await subscription())?.unsubscribe();
      if (await serviceWorker.getRegistration()) await tell({ keep: null });
    },

    /** What the worker renews the subscription with. */
    keep: (secret, key) => tell({ keep: { secret, key } }),

    /** Takes notifications off the screen that lead to this address: the person is there. */
    async close(url) {
      const shown = (await (await serviceWorker?.getRegistration())?.getNotifications()) ?? [];
      for (const notification of shown) if (notification.data?.url === url) notification.close();
    },
  };

  if (!serviceWorker) return;
  // What was pressed on a notification leads here. The page goes there itself, so that nothing typed is lost.
  serviceWorker.addEventListener('message', ({ data, ports }) => {
    if (typeof data?.go !== 'string') return;
    history.pushState({}, '', data.go);
    dispatchEvent(new PopStateEvent('popstate', { state: {} }));
    ports[0]?.postMessage(true);
  });
  serviceWorker.startMessages?.();
  const online = () => serviceWorker.controller?.postMessage({});
  addEventListener('online', online);
  online();
})();
