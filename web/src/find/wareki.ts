// 和暦: the eras, reading a date as people type it, and writing it in both calendars.
// A date here is ISO text, `1958-04-05`, or shortened to `1958-04` or `1958` where no more is known.

interface Era {
  letter: string;
  kanji: string;
  /** First day. */
  start: string;
}

/** Newest first, so that the first era that has begun is the right one. */
const eras: readonly Era[] = [
  { letter: 'R', kanji: '令和', start: '2019-05-01' },
  { letter: 'H', kanji: '平成', start: '1989-01-08' },
  { letter: 'S', kanji: '昭和', start: '1926-12-25' },
  { letter: 'T', kanji: '大正', start: '1912-07-30' },
  { letter: 'M', kanji: '明治', start: '1868-01-25' },
];

/** Era digits of claim and eligibility files: 1 明治 … 5 令和. */
const eraOfDigit = new Map(['M', 'T', 'S', 'H', 'R'].map((letter, i) => [String(i + 1), letter]));

const pad = (n: number) => String(n).padStart(2, '0');
const yearOf = (iso: string) => Number(iso.slice(0, 4));

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** ISO text of a date that exists, else nothing. */
function iso(year: number, month?: number, day?: number): string | undefined {
  if (year < 1868 || year > 2200) return undefined;
  if (month === undefined) return String(year);
  if (month < 1 || month > 12) return undefined;
  if (day === undefined) return `${year}-${pad(month)}`;
  return day >= 1 && day <= daysIn(year, month) ? `${year}-${pad(month)}-${pad(day)}` : undefined;
}

/** Does an era hold this (possibly shortened) date? 昭和64年2月 does not exist. */
function inEra(era: Era, date: string): boolean {
  const next = eras[eras.indexOf(era) - 1];
  const n = date.length;
  return date >= era.start.slice(0, n) && (!next || date <= next.start.slice(0, n)) && !(next && n === 10 && date >= next.start);
}

function fromEra(letter: string, year: number, month?: number, day?: number): string | undefined {
  const era = eras.find((e) => e.letter === letter);
  if (!era || year < 1) return undefined;
  const date = iso(yearOf(era.start) + year - 1, month, day);
  return date !== undefined && inEra(era, date) ? date : undefined;
}

const separated = /^(\d{1,4}|元)(?:[年./-](\d{1,2})?(?:[月./-](\d{1,2})?日?)?)?$/;
const number = (text: string | undefined) => (text ? Number(text) : undefined);

/**
 * Every date that `typed` can mean, the likeliest first: `S33.4.5`, `昭33/4/5`, `昭和33年4月5日`, `R6.1.2`, `1958-4-5`,
 * `19580405`, `3330405` (era digit), `330405` (era left out), `S330405`. Dates after `today` are not births and left out.
 */
export function readDates(typed: string, today: string): string[] {
  const text = typed.normalize('NFKC').trim().toUpperCase();
  const found = [...eraDates(text), ...plainDates(text)];
  return [...new Set(found)].filter((date): date is string => date !== undefined && date <= today);
}

function eraDates(text: string): (string | undefined)[] {
  const head = /^(明治?|大正?|昭和?|平成?|令和?|[MTSHR])\.?(.+)$/.exec(text);
  if (!head) return [];
  const letter = eras.find((e) => e.letter === head[1] || e.kanji.startsWith(head[1]!))!.letter;
  const rest = head[2]!;
  const packed = /^(\d{2})(\d{2})(\d{2})$/.exec(rest);
  if (packed) return [fromEra(letter, Number(packed[1]), Number(packed[2]), Number(packed[3]))];
  const parts = separated.exec(rest);
  if (!parts || (parts[1] !== '元' && parts[1]!.length > 2)) return [];
  return [fromEra(letter, parts[1] === '元' ? 1 : Number(parts[1]), number(parts[2]), number(parts[3]))];
}

function plainDates(text: string): (string | undefined)[] {
  const western = /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  if (western) return [iso(Number(western[1]), Number(western[2]), Number(western[3]))];
  const packed = /^([1-5])?(\d{2})(\d{2})(\d{2})$/.exec(text);
  if (packed) {
    const letters = packed[1] ? [eraOfDigit.get(packed[1])!] : ['S', 'H', 'T', 'R'];
    return letters.map((letter) => fromEra(letter, Number(packed[2]), Number(packed[3]), Number(packed[4])));
  }
  const parts = separated.exec(text);
  // A bare number is a patient number unless something marks it as a date.
  if (!parts || parts[1]!.length !== 4 || text.length === 4) return [];
  return [iso(Number(parts[1]), number(parts[2]), number(parts[3]))];
}

/** 昭和33年4月5日, as far as the date is known. */
export function wareki(date: string): string {
  const [y, m, d] = date.split('-').map(Number) as [number, number?, number?];
  const era = eras.find((e) => date >= e.start.slice(0, date.length));
  const year = era ? `${era.kanji}${y - yearOf(era.start) + 1 === 1 ? '元' : y - yearOf(era.start) + 1}年` : `${y}年`;
  return year + (m === undefined ? '' : `${m}月`) + (d === undefined ? '' : `${d}日`);
}

/** S33.4.5, as far as the date is known. */
export function warekiShort(date: string): string {
  const [y, ...rest] = date.split('-').map(Number) as [number, ...number[]];
  const era = eras.find((e) => date >= e.start.slice(0, date.length));
  return [era ? `${era.letter}${y - yearOf(era.start) + 1}` : y, ...rest].join('.');
}

/** Whole years lived on `today`; for a birth known only to the year or month, the greatest it can be. */
export function age(birth: string, today: string): number {
  const years = yearOf(today) - yearOf(birth);
  const [thisYear, bornInYear] = [today.slice(5), birth.slice(5)];
  return thisYear.slice(0, bornInYear.length) < bornInYear ? years - 1 : years;
}

/** Today where the clinic is, not where a clock set to UTC believes itself to be. */
export function todayIn(zone: string, now: Date): string {
  // The Swedish locale writes ISO dates.
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(now);
}
