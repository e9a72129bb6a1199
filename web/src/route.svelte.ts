// Addresses of screens. They hold opaque ids only: no name and no search text gets into a browser's history.

export type Route =
  | { screen: 'home' } | { screen: 'board' } | { screen: 'find' } | { screen: 'book'; patient?: string } | { screen: 'factor' }
  | { screen: 'chart'; patient: string } | { screen: 'write'; patient: string }
  | { screen: 'reviews' } | { screen: 'trail'; patient: string } | { screen: 'person'; account: string }
  /** `at` is what stands behind /network; its screens read it. */
  | { screen: 'network'; at: string };

export const path = {
  /** The first page of the duty. */
  home: () => '/',
  board: () => '/reception',
  find: () => '/find',
  book: () => '/appointments',
  /** 次回予約: the book with the patient in hand. */
  bookFor: (patient: string) => `/appointments/${encodeURIComponent(patient)}`,
  factor: () => '/settings/second-factor',
  network: (at = '') => (at === '' ? '/network' : `/network/${at}`),
  reviews: () => '/emergency-access',
  trail: (patient: string) => `/patients/${encodeURIComponent(patient)}/trail`,
  person: (account: string) => `/people/${encodeURIComponent(account)}/trail`,
  chart: (patient: string) => `/patients/${encodeURIComponent(patient)}`,
  /** 記載: writing in the chart. */
  write: (patient: string) => `/patients/${encodeURIComponent(patient)}/write`,
};

/** The screen of an address; unknown ones lead home, from where everything can be found. */
export function routeOf(pathname: string): Route {
  const plain = (['factor', 'board', 'find', 'book', 'reviews'] as const).find((screen) => pathname === path[screen]());
  if (plain) return { screen: plain };
  const book = /^\/appointments\/([A-Za-z0-9.-]{1,64})$/.exec(pathname);
  if (book) return { screen: 'book', patient: book[1]! };
  const network = /^\/network(?:\/([\w@.%/-]{0,200}))?$/.exec(pathname);
  if (network) return { screen: 'network', at: network[1] ?? '' };
  const trail = /^\/(patients|people)\/((?:[A-Za-z0-9._-]|:|%3A){1,64})\/trail$/.exec(pathname);
  if (trail) return trail[1] === 'people' ? { screen: 'person', account: trail[2]!.replaceAll('%3A', ':') } : { screen: 'trail', patient: trail[2]! };
  const chart = /^\/patients\/([A-Za-z0-9.-]{1,64})(\/write)?$/.exec(pathname);
  return chart ? { screen: chart[2] ? 'write' : 'chart', patient: chart[1]! } : { screen: 'home' };
}

/** One back: from a part of the network to its matrix, from everything else home. */
export function up(route: Route): string {
  return route.screen === 'network' && route.at !== '' ? path.network() : path.home();
}

class Router {
  route = $state.raw<Route>(routeOf(globalThis.location?.pathname ?? '/'));

  start(): void {
    addEventListener('popstate', () => (this.route = routeOf(location.pathname)));
    document.addEventListener('click', (event) => this.#follow(event));
  }

  go(to: string): void {
    if (to !== location.pathname) history.pushState(null, '', to);
    this.route = routeOf(to);
    scrollTo(0, 0);
  }

  /** Plain clicks on our own links stay in the page; new tabs and windows are the browser's. */
  #follow(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const aside = event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (!link || aside || event.defaultPrevented || link.origin !== location.origin || link.target || link.hash) return;
    event.preventDefault();
    this.go(link.pathname);
  }
}

export const router = new Router();
