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

/** 3分前. `now` is given, so that a screen's clock moves all of them together. */
export function ago(at: number, now: number): string {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return text.words.now;
  if (minutes < 60) return text.words.ago(minutes, 'minute');
  if (minutes < 48 * 60) return text.words.ago(Math.floor(minutes / 60), 'hour');
  return text.words.ago(Math.floor(minutes / (24 * 60)), 'day');
}

/** 2026-11-22 14:05 where the clinic is. */
export function exact(at: number): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo', dateStyle: 'short', timeStyle: 'short' }).format(at);
}
