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

/** Own scenarios first; among the others, everybody once before anybody comes a second time. */
export function ownFirst(all: Scenario[]): Scenario[] {
  const seen = new Map<string, number>();
  const places = all.map((scenario) => {
    if (scenario.origin === 'own') return { scenario, place: -1 };
    const key = `${scenario.kind}/${scenario.persona.id}`;
    const place = seen.get(key) ?? 0;
    seen.set(key, place + 1);
    return { scenario, place };
  });
  return places.sort((one, other) => one.place - other.place).map(({ scenario }) => scenario);
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
