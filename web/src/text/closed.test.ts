import { expect, test } from 'vitest';
import { closed } from './closed';

function texts(words: object, at = ''): [string, string][] {
  return Object.entries(words).flatMap(([key, value]: [string, unknown]): [string, string][] => {
    if (typeof value === 'string') return [[`${at}/${key}`, value]];
    if (typeof value === 'function') return [[`${at}/${key}`, String((value as (...a: unknown[]) => unknown)(2, 3))]];
    return texts(value as object, `${at}/${key}`);
  });
}

test('both languages say everything, each in its own', () => {
  expect(texts(closed.en).map(([place]) => place)).toEqual(texts(closed.ja).map(([place]) => place));
  for (const [place, words] of [...texts(closed.ja), ...texts(closed.en)]) expect(words, place).not.toBe('');
  expect(texts(closed.en).filter(([, words]) => /[ぁ-んァ-ヶ一-龠]/.test(words))).toEqual([]);
});
