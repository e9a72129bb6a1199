// What the search box can do besides finding patients: screens and acts, by the words people call them. Pure.

import { folded, romajiSpellings } from './kana';

export interface Command {
  key: string;
  label: string;
  /** Other words for it: readings, English. */
  words: string[];
  run: () => void;
}

/** Those meant by what is typed, in their order. One letter is too little to mean a screen. */
export function commandsFor(typed: string, all: readonly Command[]): Command[] {
  const text = typed.normalize('NFKC').trim().replace(/^[>＞]\s*/, '');
  if (text === '' ? typed.trim() === '' : folded(text).length < 2) return [];
  const forms = [text, ...romajiSpellings(text)].map(folded);
  return all.filter(({ label, words }) => [label, ...words].some((word) => forms.some((form) => (word === label ? folded(word).includes(form) : folded(word).startsWith(form)))));
}
