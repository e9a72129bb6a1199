import { expect, test } from 'vitest';
import { en } from './en';
import { ja } from './ja';

/** Every text by its place; functions are called with small values. */
function texts(words: object, at = ''): [string, string][] {
  return Object.entries(words).flatMap(([key, value]: [string, unknown]): [string, string][] => {
    const place = `${at}/${key}`;
    if (typeof value === 'string') return [[place, value]];
    if (typeof value === 'function') return [[place, String((value as (...a: unknown[]) => unknown)(2, 3, 4, 5))]];
    return texts(value as object, place);
  });
}

test('both languages say everything, each in its own', () => {
  expect(texts(en).map(([place]) => place)).toEqual(texts(ja).map(([place]) => place));
  for (const [place, words] of [...texts(ja), ...texts(en)]) expect(words, place).not.toBe('');
  expect(texts(en).filter(([, words]) => /[ぁ-んァ-ヶ一-龠]/.test(words))).toEqual([]);
});
