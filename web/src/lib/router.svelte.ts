export type Route =
  { page: 'home' } | { page: 'live' } | { page: 'history' } | { page: 'result'; id: string } | { page: 'unknown' };

/** Which page a path names. */
export function match(path: string): Route {
  const parts = path.split('/').filter(Boolean).map(decode);
  if (parts.length === 0) return { page: 'home' };
  if (parts.length === 1 && parts[0] === 'history') return { page: 'history' };
  if (parts.length === 1 && parts[0] === 'call') return { page: 'live' };
  if (parts.length === 2 && parts[0] === 'calls') return { page: 'result', id: parts[1]! };
  return { page: 'unknown' };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const paths = {
  home: '/',
  history: '/history',
  live: '/call',
  result: (id: string): string => `/calls/${encodeURIComponent(id)}`,
};

class Router {
  path = $state(location.pathname);
  readonly route: Route = $derived(match(this.path));

  constructor() {
    addEventListener('popstate', () => (this.path = location.pathname));
    // Links are ordinary links: only plain clicks on this page's own addresses are taken over.
    addEventListener('click', (event) => {
      const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
      const link = event.target instanceof Element ? event.target.closest('a') : null;
      if (!plain || event.defaultPrevented || !link || link.target || link.origin !== location.origin) return;
      if (link.hasAttribute('download') || link.pathname.startsWith('/api/') || link.hash) return;
      event.preventDefault();
      this.go(link.pathname);
    });
  }

  go(path: string, replace = false): void {
    if (replace) history.replaceState(null, '', path);
    else history.pushState(null, '', path);
    this.path = location.pathname;
    scrollTo(0, 0);
  }
}

export const router = new Router();
