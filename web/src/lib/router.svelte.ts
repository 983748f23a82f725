import { match, type Route } from './routes';

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
      this.go(link.pathname + link.search);
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
