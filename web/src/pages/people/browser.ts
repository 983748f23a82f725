const BROWSERS: readonly [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/Firefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const SYSTEMS: readonly [RegExp, string][] = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
];

/** "Firefox on Linux", off what a browser says of itself. */
export function browserName(agent: string): string {
  const name = (of: readonly [RegExp, string][]): string | undefined =>
    of.find(([pattern]) => pattern.test(agent))?.[1];
  const browser = name(BROWSERS) ?? 'A program';
  const system = name(SYSTEMS);
  return system ? `${browser} on ${system}` : browser;
}
