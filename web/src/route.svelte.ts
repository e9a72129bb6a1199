// Addresses of screens. They hold opaque ids only: no name and no search text gets into a browser's history.

export type Route =
  | { screen: 'home' } | { screen: 'factor' } | { screen: 'chart'; patient: string }
  | { screen: 'reviews' } | { screen: 'trail'; patient: string } | { screen: 'person'; account: string };

export const path = {
  home: () => '/',
  factor: () => '/settings/second-factor',
  reviews: () => '/emergency-access',
  trail: (patient: string) => `/patients/${encodeURIComponent(patient)}/trail`,
  person: (account: string) => `/people/${encodeURIComponent(account)}/trail`,
  chart: (patient: string) => `/patients/${encodeURIComponent(patient)}`,
};

/** The screen of an address; unknown ones lead home, from where everything can be found. */
export function routeOf(pathname: string): Route {
  if (pathname === path.factor()) return { screen: 'factor' };
  if (pathname === path.reviews()) return { screen: 'reviews' };
  const trail = /^\/(patients|people)\/((?:[A-Za-z0-9._-]|:|%3A){1,64})\/trail$/.exec(pathname);
  if (trail) return trail[1] === 'people' ? { screen: 'person', account: trail[2]!.replaceAll('%3A', ':') } : { screen: 'trail', patient: trail[2]! };
  const chart = /^\/patients\/([A-Za-z0-9.-]{1,64})$/.exec(pathname);
  return chart ? { screen: 'chart', patient: chart[1]! } : { screen: 'home' };
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
