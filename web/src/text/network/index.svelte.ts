// The words in use, and sentences the server said in both languages.

import { text } from '../index.svelte';
import { en } from './en';
import { ja, type NetworkWords } from './ja';

export const words = (): NetworkWords => (text.language === 'ja' ? ja : en);

export const say = (said: { ja: string; en: string }): string => said[text.language];

/** Hours: as people read them in Japanese, as they are written otherwise. */
export const sayHours = (of: { hours: string[]; hours_ja: string[] }): string =>
  of.hours.length === 0 ? words().always : (text.language === 'ja' ? of.hours_ja : of.hours).join(text.language === 'ja' ? '・' : '; ');
