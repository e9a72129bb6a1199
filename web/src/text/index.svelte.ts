// The language in use, and times in it.

import { en } from './en';
import { ja, type Words } from './ja';

export type Language = 'ja' | 'en';

const kept = () => globalThis.localStorage?.getItem('komainu-language');

class Text {
  language = $state<Language>(kept() === 'en' ? 'en' : 'ja');

  get words(): Words {
    return this.language === 'ja' ? ja : en;
  }

  use(language: Language): void {
    this.language = language;
    localStorage.setItem('komainu-language', language);
  }
}

export const text = new Text();

/** 2026-11-22 14:05 where the clinic is. */
export function exact(at: number): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo', dateStyle: 'short', timeStyle: 'short' }).format(at);
}

/** As short as it is clear: 14:05 today, 11-21 14:05 this year, else in full. */
export function brief(at: number, now: number): string {
  const [then, today] = [exact(at), exact(now)];
  if (then.slice(0, 10) === today.slice(0, 10)) return then.slice(11);
  return then.slice(0, 4) === today.slice(0, 4) ? then.slice(5) : then;
}
