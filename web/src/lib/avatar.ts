/** How a persona is drawn: chosen by its id, so that it looks the same everywhere and always. */
export interface Likeness {
  field: string;
  skin: string;
  shade: string;
  lips: string;
  hair: string;
  clothes: string;
  collar: 'shirt' | 'blazer' | 'round';
  style: 'bob' | 'long' | 'bun' | 'curls' | 'short' | 'parted' | 'cropped' | 'shaved';
  beard: boolean;
  glasses: boolean;
}

const FIELDS = ['#bda8f2', '#ff9c80', '#79cfba', '#97bcf7', '#f3a2c6', '#c9d867'];
/** Skin, its shaded side, lips. */
const SKINS: [string, string, string][] = [
  ['#f6cfb2', '#e5ae8b', '#a94f45'],
  ['#eab68d', '#d09366', '#96423a'],
  ['#c98f64', '#ab7149', '#7d3530'],
  ['#9a6442', '#7d4c2f', '#5a2522'],
  ['#7a4d35', '#5d3823', '#3d1a19'],
];
const HAIRS = ['#2b1a1d', '#4a2b20', '#7c4a26', '#8d8791', '#b5622f'];
const CLOTHES = ['#3b2147', '#204b57', '#7b2d3b', '#2d3f73', '#47523a'];
const SHE: Likeness['style'][] = ['bob', 'long', 'bun', 'curls'];
const HE: Likeness['style'][] = ['short', 'parted', 'cropped', 'shaved'];

/** FNV-1a, 32 bit, with a last mixing: neighbouring ids look different. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ character.codePointAt(0)!, 0x01000193);
  value ^= value >>> 15;
  value = Math.imul(value, 0x2c1b3c6d);
  return (value ^ (value >>> 13)) >>> 0;
}

/** The likeness of a persona. `pronoun` is as authored: "she", "he", "they" or a longer form of it. */
export function likeness(id: string, pronoun = ''): Likeness {
  // Each trait has a hash of its own, so that two who share one needn't share the others.
  const pick = <Item>(trait: string, items: readonly Item[]): Item => items[hash(`${id}/${trait}`) % items.length]!;
  const styles = pronoun.startsWith('she') ? SHE : pronoun.startsWith('he') ? HE : [...SHE, ...HE];
  const [skin, shade, lips] = pick('skin', SKINS);
  const style = pick('style', styles);
  return {
    field: pick('field', FIELDS),
    skin,
    shade,
    lips,
    style,
    hair: pick('hair', HAIRS),
    clothes: pick('clothes', CLOTHES),
    collar: pick('collar', ['shirt', 'blazer', 'round'] as const),
    beard: HE.includes(style) && pick('beard', [true, false]),
    glasses: pick('glasses', [true, false, false]),
  };
}
