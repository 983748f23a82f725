import { describe, expect, it } from 'vitest';
import { SilenceWatch } from '../src/audio/silence';
import { Captions } from '../src/call/captions';
import { parseAudio, parseText, socketAddress } from '../src/call/wire';
import { likeness } from '../src/lib/avatar';
import { clock, duration, milliseconds, quoted, when } from '../src/lib/format';
import { match, paths } from '../src/lib/routes';
import { levelWords, progress, tone } from '../src/lib/score';

describe('the wire', () => {
  it('reads a binary frame: utterance, first sample, little-endian sound', () => {
    const bytes = new Uint8Array([7, 0, 0, 0, 0x80, 0xbb, 0, 0, 1, 0, 0xff, 0xff]);
    expect(parseAudio(bytes.buffer)).toEqual({ utterance: 7, first: 48000, pcm: new Int16Array([1, -1]) });
  });

  it('passes over frames that it cannot understand', () => {
    expect(parseAudio(new ArrayBuffer(7))).toBeNull();
    expect(parseAudio(new ArrayBuffer(9))).toBeNull();
    expect(parseText('{')).toBeNull();
    expect(parseText('null')).toBeNull();
    expect(parseText('{"type":"weather"}')).toBeNull();
    expect(parseText('{"type":"clear","utterance":3}')).toEqual({ type: 'clear', utterance: 3 });
  });

  it('takes a socket as a path or as an address, and keeps what it carries', () => {
    expect(socketAddress('/api/calls/a/socket?token=t', 'https://r.example/call')).toBe(
      'wss://r.example/api/calls/a/socket?token=t',
    );
    expect(socketAddress('ws://other:9/x', 'http://r.example/')).toBe('ws://other:9/x');
  });
});

describe('captions', () => {
  it('show a customer’s words once their sound is heard', () => {
    const captions = new Captions();
    captions.words(1, 0, 'Hm, well.');
    captions.words(1, 24000, 'We tried that.');
    expect(captions.line).toBeNull();
    captions.heard(1, 12000);
    expect(captions.line).toEqual({ who: 'customer', text: 'Hm, well.' });
    captions.heard(1, 24000);
    expect(captions.line?.text).toBe('Hm, well.');
    captions.heard(1, 24001);
    expect(captions.line?.text).toBe('Hm, well. We tried that.');
  });

  it('show the one who spoke last, and a repeated piece once', () => {
    const captions = new Captions();
    captions.words(1, 0, 'Yes?');
    captions.words(1, 0, 'Yes?');
    captions.heard(1, 10);
    captions.said('Hello Dana');
    expect(captions.line).toEqual({ who: 'learner', text: 'Hello Dana' });
    captions.heard(1, 20);
    expect(captions.line).toEqual({ who: 'customer', text: 'Yes?' });
  });
});

describe('what people read', () => {
  it('writes times as people do', () => {
    const now = new Date(2026, 10, 23, 18, 0);
    expect(clock(65.9)).toBe('1:05');
    expect(duration(180)).toBe('3 min');
    expect(duration(26.5)).toBe('27 s');
    expect(milliseconds(640.4)).toBe('640 ms');
    expect(milliseconds(2140)).toBe('2.1 s');
    expect(milliseconds(null)).toBe('–');
    expect(when(new Date(2026, 10, 23, 9, 5).toISOString(), now)).toMatch(/^today, 0?9:05$/);
    expect(when(new Date(2026, 10, 22, 23, 59).toISOString(), now)).toBe('yesterday, 23:59');
    expect(when('nonsense', now)).toBe('');
    expect(quoted('You said “no”.')).toBe('“You said ‘no’.”');
  });

  it('never colours a fail as good, nor a pass as poor', () => {
    expect(tone(95, false)).not.toBe('good');
    expect(tone(41, true)).toBe('good');
    expect(tone(null, null)).toBe('none');
  });

  it('names every level, scored or not', () => {
    expect([0, 1, 2, 'na', null].map((level) => levelWords(level as 0))).toEqual([
      'missed',
      'partly there',
      'there',
      'did not arise',
      'not scored',
    ]);
    expect(progress({ state: 'running' })).toBe('running');
    expect(progress('ready')).toBe('ready');
  });

  it('draws a persona the same every time, with hair that fits how they are called', () => {
    expect(likeness('dana-whitfield', 'she')).toEqual(likeness('dana-whitfield', 'she'));
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) {
      expect(['bob', 'long', 'bun', 'curls']).toContain(likeness(id, 'she').style);
      expect(likeness(id, 'she').beard).toBe(false);
      expect(['short', 'parted', 'cropped', 'shaved']).toContain(likeness(id, 'he').style);
    }
  });
});

describe('addresses', () => {
  it('name their page, and what it is about', () => {
    expect(match('/')).toEqual({ page: 'home' });
    expect(match('/history/')).toEqual({ page: 'history' });
    expect(match(paths.result('a b/c'))).toEqual({ page: 'result', id: 'a b/c' });
    expect(match('/calls')).toEqual({ page: 'unknown' });
    expect(match('/calls/a/b')).toEqual({ page: 'unknown' });
    expect(match('/calls/%')).toEqual({ page: 'result', id: '%' });
  });
});

describe('a microphone that gives nothing', () => {
  const frames = (watch: SilenceWatch, level: number, count: number): boolean[] =>
    Array.from({ length: count }, () => watch.hear(level));

  it('is told after six seconds, and forgotten with the first sound', () => {
    const watch = new SilenceWatch();
    expect(frames(watch, 0, 299)).not.toContain(true);
    expect(frames(watch, 0, 2)).toContain(true);
    expect(watch.hear(0.01)).toBe(false);
    expect(frames(watch, 0, 299)).not.toContain(true);
  });

  it('is not held against a quiet room, nor against a learner who is muted', () => {
    const watch = new SilenceWatch();
    expect(frames(watch, 0.0003, 1000)).not.toContain(true);
    frames(watch, 0, 299);
    expect(watch.excuse()).toBe(false);
    expect(frames(watch, 0, 299)).not.toContain(true);
  });
});
