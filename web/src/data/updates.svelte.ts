// The service worker: registered in a built page, and a newer one takes over only when a person says so.

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): { createScriptURL(url: string): string };
}

/** The one script address made at run time, vouched for where the content policy asks for that (trusted types). */
function workerAddress(): string {
  const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
  return types?.createPolicy('komainu-worker', { createScriptURL: () => '/sw.js' }).createScriptURL('') ?? '/sw.js';
}

const hourMs = 60 * 60_000;

class Updates {
  /** A newer page is ready. */
  waiting = $state.raw<ServiceWorker | undefined>(undefined);

  async start(): Promise<void> {
    // Development has no built files to keep.
    if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
    let reloading = false;
    const controlled = navigator.serviceWorker.controller !== null;
    navigator.serviceWorker.addEventListener('controllerchange', () => {
      if (controlled && !reloading) location.reload();
      reloading = true;
    });
    try {
      const registration = await navigator.serviceWorker.register(workerAddress());
      const look = () => {
        if (registration.waiting && navigator.serviceWorker.controller) this.waiting = registration.waiting;
      };
      look();
      // Pages at a reception desk stay open for weeks.
      setInterval(() => void registration.update().catch(() => undefined), hourMs);
      registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', look));
    } catch (error) {
      console.warn('no service worker: the page will not open without the server', error);
    }
  }

  takeOver(): void {
    this.waiting?.postMessage('take over');
  }
}

export const updates = new Updates();
