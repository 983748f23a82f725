import type { Role } from './people';

/** Where each page lives; a part behind a colon is given to the page under that name. */
const PATTERNS = {
  home: '/',
  live: '/call',
  history: '/history',
  result: '/calls/:id',
  replay: '/calls/:id/replay',
  beside: '/calls/:id/beside/:other',
  inbox: '/coach',
  calibration: '/coach/calibration',
  round: '/coach/rounds/:round',
  drill: '/drill/:scenario/:moment',
  studio: '/studio',
  document: '/studio/:kind/:id',
  shared: '/shared',
  people: '/people',
  account: '/account',
  setup: '/setup',
  join: '/join',
  renew: '/renew',
  moment: '/moment',
} as const;

type PageName = keyof typeof PATTERNS;
type Named<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | Named<Rest>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;

/** A page with what its address names. */
export type Route =
  | { [Page in PageName]: { page: Page } & Record<Named<(typeof PATTERNS)[Page]>, string> }[PageName]
  | { page: 'unknown' };

/** Which page a path names. */
export function match(path: string): Route {
  const given = parts(path);
  for (const [page, pattern] of Object.entries(PATTERNS)) {
    const wanted = parts(pattern);
    if (wanted.length !== given.length) continue;
    const fits = wanted.every((part, index) => part.startsWith(':') || part === given[index]);
    if (!fits) continue;
    const named = wanted.flatMap((part, index) => (part.startsWith(':') ? [[part.slice(1), given[index]]] : []));
    return { page, ...Object.fromEntries(named) } as Route;
  }
  return { page: 'unknown' };
}

function parts(path: string): string[] {
  return path.split('/').filter(Boolean).map(decode);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const paths = {
  home: PATTERNS.home,
  history: PATTERNS.history,
  live: PATTERNS.live,
  result: (id: string): string => PATTERNS.result.replace(':id', encodeURIComponent(id)),
  replay: (id: string): string => `/calls/${encodeURIComponent(id)}/replay`,
  beside: (id: string, other: string): string => `/calls/${encodeURIComponent(id)}/beside/${encodeURIComponent(other)}`,
  inbox: PATTERNS.inbox,
  calibration: PATTERNS.calibration,
  round: (id: number): string => `/coach/rounds/${id}`,
  drill: (scenario: string, moment: string): string =>
    `/drill/${encodeURIComponent(scenario)}/${encodeURIComponent(moment)}`,
  studio: PATTERNS.studio,
  shared: PATTERNS.shared,
  people: PATTERNS.people,
  account: PATTERNS.account,
  setup: PATTERNS.setup,
  document: (kind: string, id: string): string => `${PATTERNS.studio}/${kind}/${encodeURIComponent(id)}`,
};

/** What the navigation offers, in its order. */
export const NAVIGATION: readonly NavigationItem[] = [
  { page: 'home', path: paths.home, title: 'Call' },
  { page: 'history', path: paths.history, title: 'History' },
  { page: 'inbox', path: paths.inbox, title: 'Coach', roles: ['coach'] },
  { page: 'shared', path: paths.shared, title: 'Shared', roles: ['coach'], accounts: true },
  { page: 'studio', path: paths.studio, title: 'Studio', roles: ['author'] },
  { page: 'people', path: paths.people, title: 'People', roles: ['admin', 'coach'], accounts: true },
];

interface NavigationItem {
  page: PageName;
  path: string;
  title: string;
  /** For whom, where not for everybody. */
  roles?: readonly Role[];
  /** Only where there are accounts. */
  accounts?: boolean;
}

/** Pages for whoever has their address, signed in or not. */
export const OPEN_PAGES: ReadonlySet<string> = new Set<PageName>(['setup', 'join', 'renew', 'moment']);
