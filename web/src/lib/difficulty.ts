/** How hard a customer can be, 1 to 5, and what each is called. */
export const LEVELS = [1, 2, 3, 4, 5] as const;
export type Difficulty = (typeof LEVELS)[number];

const NAMES: Record<Difficulty, string> = { 1: 'gentle', 2: 'easy', 3: 'fair', 4: 'hard', 5: 'brutal' };

export function levelName(value: number): string {
  return NAMES[value as Difficulty] ?? '';
}

/** The level that a text names, if it names one. */
export function levelOf(text: string | null): Difficulty | null {
  return LEVELS.find((level) => String(level) === text) ?? null;
}

/** What a learner can choose: as the scenario is written (''), or one of the levels. */
export const LEVEL_CHOICES: readonly (readonly [string, string])[] = [
  ['', 'As written'],
  ...LEVELS.map((level) => [String(level), `${level}, ${levelName(level)}`] as const),
];
