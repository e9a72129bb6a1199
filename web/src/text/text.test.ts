import { expect, test } from 'vitest';
import { book } from './book';
import { en as english } from './en';
import { ja as japanese } from './ja';
import { reception } from './reception';
import { writing } from './writing';

/** Every text by its place; functions are called with small values. */
function texts(words: object, at = ''): [string, string][] {
  return Object.entries(words).flatMap(([key, value]: [string, unknown]): [string, string][] => {
    const place = `${at}/${key}`;
    if (typeof value === 'string') return [[place, value]];
    if (typeof value === 'function') return [[place, String((value as (...a: unknown[]) => unknown)(2, 'day'))]];
    return texts(value as object, place);
  });
}

// With the words of the screens that are fetched later.
const ja = { ...japanese, reception: reception.ja, writing: writing.ja, book: book.ja };
const en = { ...english, reception: reception.en, writing: writing.en, book: book.en };

// Where Japanese needs a word and English none.
const mayBeEmpty = ['/problem/since'];

test('both languages say everything', () => {
  // Examples and other words for one thing differ in number.
  const fixed = (place: string) => !/^\/find\/how|^\/command\/\w+\/words/.test(place);
  expect(texts(en).map(([place]) => place).filter(fixed)).toEqual(texts(ja).map(([place]) => place).filter(fixed));
  for (const [place, words] of [...texts(ja), ...texts(en)]) if (!mayBeEmpty.includes(place)) expect(words, place).not.toBe('');
});

test('English is English', () => {
  // Examples of what to type, and the language menu, are Japanese on purpose.
  const foreign = texts(en).filter(([place, words]) => /[ぁ-んァ-ヶ一-龠]/.test(words) && !/find\/(how|nothingHint)|frame\/language|bornHint/.test(place));
  expect(foreign).toEqual([]);
});
