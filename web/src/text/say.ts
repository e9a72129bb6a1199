// Words of screens that are fetched when they are opened: both languages side by side, in a file of the screen's own.

import { text } from './index.svelte';

/** The same words in another language. */
export type Same<T> = T extends string ? string : T extends (...a: infer A) => string ? (...a: A) => string : { [K in keyof T]: Same<T[K]> };

/** Asks at each use which language is in use, so that a screen changes with it. */
export function say<T extends object>(both: { ja: T; en: Same<T> }): T {
  return (text.language === 'ja' ? both.ja : both.en) as T;
}
