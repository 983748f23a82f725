import { describe, expect, it } from 'vitest';
import { drillOf, WHOLE_CALL, wish } from '../src/call/practice';
import { LEVEL_CHOICES, levelOf } from '../src/lib/difficulty';
import { families } from '../src/lib/families';
import { drillsFor, ownFirst, scenariosFor } from '../src/lib/find';
import { match, paths } from '../src/lib/routes';
import { answerAt, lineBefore } from '../src/lib/turns';
import type { CallSummary, Scenario, Turn } from '../src/lib/types';

const dana = {
  id: 'cold',
  title: 'Cold call to an operations manager',
  kind: 'sales',
  summary: 'Two warehouses off a whiteboard',
  goal: 'A walk-through',
  persona: { id: 'dana', name: 'Dana Whitfield', role: 'Operations manager', company: 'Harlow Foods' },
  moments: [
    { id: 'price', title: 'Price objection', brief: 'Hold the price.', answers: ['strong'] },
    { id: 'email', title: 'Just send me an email', brief: 'Keep it alive.', answers: [] },
  ],
} as unknown as Scenario;

describe('what is asked of the server', () => {
  it('is a whole call, a drill, or a moment of a call again, which settles its own drill', () => {
    expect(wish(dana, WHOLE_CALL, null)).toEqual({ scenario: 'cold' });
    expect(wish(dana, drillOf('price'), null)).toEqual({ scenario: 'cold', drill: 'price' });
    const fork = { call: 'c', turn: 3, line: 'Too much.' };
    expect(wish(dana, { drill: 'price', fork }, 5)).toEqual({ scenario: 'cold', fork: { call: 'c', turn: 3 } });
  });
});

describe('how hard a customer is', () => {
  it('is asked for where it was chosen, unless a former call settles it', () => {
    expect(wish(dana, WHOLE_CALL, 5)).toEqual({ scenario: 'cold', difficulty: 5 });
    expect(levelOf('4')).toBe(4);
    for (const [choice] of LEVEL_CHOICES.slice(1)) expect(String(levelOf(choice))).toBe(choice);
    for (const text of ['', '0', '6', '3.5', null]) expect(levelOf(text)).toBeNull();
  });
});

describe('the order of the cards', () => {
  it('has own scenarios first, then everybody once before anybody comes again', () => {
    const card = (id: string, persona: string, origin = 'library'): Scenario =>
      ({ ...dana, id, origin, persona: { ...dana.persona, id: persona } }) as Scenario;
    const all = [card('a', 'dana'), card('b', 'dana'), card('c', 'ray'), card('d', 'dana', 'own'), card('e', 'ray')];
    expect(ownFirst(all).map(({ id }) => id)).toEqual(['d', 'a', 'c', 'b', 'e']);
  });
});

describe('finding', () => {
  it('takes every word, wherever it stands', () => {
    expect(scenariosFor([dana], 'harlow cold')).toEqual([dana]);
    expect(scenariosFor([dana], 'harlow invoice')).toEqual([]);
    expect(scenariosFor([dana], '  ')).toEqual([dana]);
    expect(drillsFor([dana], 'PRICE dana').map(({ moment }) => moment.id)).toEqual(['price']);
    expect(drillsFor([dana], 'warehouses')).toEqual([]);
  });
});

describe('attempts', () => {
  const call = (id: string, parent: string | null): CallSummary =>
    ({ id, parent: parent && { call: parent, turn: 1 } }) as unknown as CallSummary;

  it('stand below the call that they branched off, oldest first, also attempts at attempts', () => {
    const listed = [call('d', 'b'), call('c', 'x'), call('b', 'a'), call('e', null), call('a', null)];
    const shape = families(listed).map((family) => [family.call.id, family.attempts.map(({ id }) => id)]);
    expect(shape).toEqual([
      ['a', ['b', 'd']],
      ['c', []],
      ['e', []],
    ]);
  });

  it('begin at what the learner answered, after the line that was answered', () => {
    const turns = ['customer', 'learner', 'customer', 'learner'].map(
      (who, index) => ({ who, index, text: `${who} ${index}` }) as unknown as Turn,
    );
    expect(answerAt(turns, 2)?.index).toBe(3);
    expect(answerAt(turns, 1)?.index).toBe(1);
    expect(answerAt(turns, 4)).toBeNull();
    expect(lineBefore(turns, 3)).toBe('customer 2');
    expect(lineBefore(turns, 0)).toBe('');
  });
});

describe('the address of a drill', () => {
  it('names scenario and moment', () => {
    expect(match(paths.drill('a/b', 'c d'))).toEqual({ page: 'drill', scenario: 'a/b', moment: 'c d' });
  });
});
