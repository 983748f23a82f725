import type { Moment, Scenario } from './types';

export const KINDS = ['sales', 'service', 'collections'] as const;
export const KIND_TITLES: Readonly<Record<string, string>> = {
  sales: 'Sales',
  service: 'Service',
  collections: 'Collections',
};

export interface Drill {
  scenario: Scenario;
  moment: Moment;
}

/** The scenarios in which every word that was typed occurs. */
export function scenariosFor(all: Scenario[], query: string): Scenario[] {
  return all.filter(({ title, kind, summary, goal, persona }) =>
    holds(query, [title, kind, summary, goal, persona.name, persona.role, persona.company]),
  );
}

/** The moments in whose own words, or their scenario's title and person, every word that was typed occurs. */
export function drillsFor(all: Scenario[], query: string): Drill[] {
  return all.flatMap((scenario) =>
    scenario.moments
      .filter(({ title, brief }) => holds(query, [title, brief, scenario.title, scenario.kind, scenario.persona.name]))
      .map((moment) => ({ scenario, moment })),
  );
}

function holds(query: string, texts: string[]): boolean {
  const text = texts.join(' ').toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
