/** Where each page lives; a part behind a colon is given to the page under that name. */
const PATTERNS = {
  home: '/',
  live: '/call',
  history: '/history',
  result: '/calls/:id',
  drill: '/drill/:scenario/:moment',
  studio: '/studio',
  document: '/studio/:kind/:id',
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
  drill: (scenario: string, moment: string): string =>
    `/drill/${encodeURIComponent(scenario)}/${encodeURIComponent(moment)}`,
  studio: PATTERNS.studio,
  document: (kind: string, id: string): string => `${PATTERNS.studio}/${kind}/${encodeURIComponent(id)}`,
};

/** What the navigation offers, in its order. */
export const NAVIGATION: readonly { page: PageName; path: string; title: string }[] = [
  { page: 'home', path: paths.home, title: 'Call' },
  { page: 'history', path: paths.history, title: 'History' },
  { page: 'studio', path: paths.studio, title: 'Studio' },
];
