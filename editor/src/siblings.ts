/**
 * New browser tabs on other files of the same project.
 *
 * The single-document application opens another file by its address in a new tab. Stock
 * addresses neither name the project nor exist here for plain files, which the full
 * interface opens. The new tab inherits this tab's sessionStorage, hence the token.
 */

/** The pages of the site, under its base address. */
const NOTEBOOKS = 'notebooks/index.html';
const LAB = 'lab/index.html';

/** The address to open in place of `url`, or null when it is none of the site's. */
export function siblingAddress(url: string, here: string, projectId: string): string | null {
  const from = new URL(here);
  const to = new URL(url, from);
  const base = /^(.*?\/)(?:notebooks|lab)\//.exec(from.pathname)?.[1];
  if (!base || to.origin !== from.origin || !to.pathname.startsWith(base)) {
    return null;
  }
  const rest = to.pathname.slice(base.length);
  const match = /^(notebooks|edit|tree|lab)(?:\/tree)?(?:\/(.*))?$/.exec(rest);
  if (!match) {
    return null;
  }
  const tail = match[2] ?? '';
  const named = tail === 'index.html' ? '' : decodeURIComponent(tail);
  const path = to.searchParams.get('path') ?? named;
  const page = path.endsWith('.ipynb') && match[1] !== 'lab' ? NOTEBOOKS : LAB;
  const query = new URLSearchParams(path ? { path, project: projectId } : { project: projectId });
  return `${from.origin}${base}${page}?${query}`;
}

/** From now on `window.open` leads to pages that exist, for this project. */
export function openSiblings(
  projectId: string,
  key: () => string = () => '',
  page: Window = window
): void {
  const stock = page.open.bind(page);
  page.open = (url, target, features) => {
    const address = url ? siblingAddress(String(url), page.location.href, projectId) : null;
    // in the fragment: the page takes it out at once, and needs it when there is no network
    const fragment = address && key() ? `#key=${key()}` : '';
    return stock(address ? address + fragment : url, target, features);
  };
}
