/** The service worker of the editor's origin, as seen from a page: registered late, or taken away. */

const SCRIPT = '/edit/sw.js';
const SCOPE = '/edit/';

/** From now on this browser opens the editor without a network. False when it cannot. */
export async function registerWorker(): Promise<boolean> {
  if (!navigator.serviceWorker) {
    // plain HTTP, or a private window
    return false;
  }
  try {
    await navigator.serviceWorker.register(SCRIPT, { scope: SCOPE });
    await askToStay();
    return true;
  } catch {
    return false;
  }
}

/** The school switched working without a network off. */
export async function removeWorker(): Promise<void> {
  const registrations = (await navigator.serviceWorker?.getRegistrations()) ?? [];
  await Promise.all(registrations.map(registration => registration.unregister()));
  const names = (await globalThis.caches?.keys()) ?? [];
  await Promise.all(names.map(name => caches.delete(name)));
}

/** Storage that the browser does not throw away when the disk fills up; only where the
 *  browser decides without asking the person. */
async function askToStay(): Promise<void> {
  if ('userAgentData' in navigator) {
    await navigator.storage?.persist?.().catch(() => false);
  }
}
