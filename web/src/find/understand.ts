// One box for everything a patient is found by. Pure: from what was typed to what is asked of /fhir.

import { folded, katakana, romajiSpellings } from './kana';
import { readDates } from './wareki';

/** One way to take one word. */
export type Reading =
  | { kind: 'name'; script: 'kanji' | 'kana' | 'romaji'; forms: string[] }
  | { kind: 'birthDate'; date: string }
  | { kind: 'number'; forms: string[] }
  | { kind: 'telephone'; digits: string; forms: string[] };

/** All words read in one consistent way: one search. */
export type Question = Reading[];

/** More ways than this are noise: the box still finds the patient by one word more. */
const questionsMax = 4;

/** Every sensible way to take what was typed, likeliest first; `today` is ISO. Empty: nothing to search by yet. */
export function understand(typed: string, today: string): Question[] {
  const text = typed.normalize('NFKC').trim();
  // A telephone number is often copied with spaces in it: 090 1234 5678.
  const joined = text.replace(/\s/g, '');
  const isTelephone = /^[+0][\d()-]+$/.test(joined) && readTelephone(joined, joined.replace(/\D/g, '')) !== undefined;
  const words = isTelephone ? [joined] : text.split(/[\s,、]+/).filter((word) => word !== '');
  const readings = words.map((word) => readWord(word, today)).filter((ways) => ways.length > 0);
  if (readings.length === 0) return [];
  const questions = readings.reduce<Question[]>((all, ways) => all.flatMap((q) => ways.map((way) => [...q, way])), [[]]);
  return questions.slice(0, questionsMax);
}

function readWord(word: string, today: string): Reading[] {
  const dates = readDates(word, today).map((date): Reading => ({ kind: 'birthDate', date }));
  if (/^[\d()+-]+$/.test(word)) return readDigits(word, dates);
  if (dates.length > 0) return dates;
  const name = readName(word);
  return name ? [name] : [];
}

function readDigits(word: string, dates: Reading[]): Reading[] {
  const digits = word.replace(/\D/g, '');
  const telephone = readTelephone(word, digits);
  if (telephone && dates.length === 0) return [telephone];
  // 19580405 and 330405 are birth dates far oftener than numbers; short digits are numbers.
  if (/^\d+$/.test(word) && digits.length <= 10) return [...dates, { kind: 'number', forms: paddedForms(digits) }];
  return dates;
}

/** Numbers are printed with and without leading noughts; the register has one of these. */
function paddedForms(digits: string): string[] {
  const bare = digits.replace(/^0+(?=\d)/, '');
  const padded = [4, 5, 6, 7, 8, 10].filter((n) => n >= bare.length).map((n) => bare.padStart(n, '0'));
  return [...new Set([digits, bare, ...padded])];
}

/** 0 and nine or ten digits more, or the same from +81. Area codes differ in length, so each way of hyphenating is asked. */
function readTelephone(word: string, digits: string): Reading | undefined {
  const national = word.startsWith('+81') ? `0${digits.slice(2)}` : digits;
  if (!/^0\d{9,10}$/.test(national)) return undefined;
  const at = (a: number, b: number) => [national.slice(0, a), national.slice(a, b), national.slice(b)].join('-');
  const hyphenated = national.length === 11 ? [at(3, 7)] : [at(2, 6), at(3, 6), at(4, 6), at(5, 6)];
  const asTyped = word.replace(/[()]/g, '-').replace(/^-|-$/g, '').replace(/-+/g, '-');
  return { kind: 'telephone', digits: national, forms: [...new Set([asTyped, national, ...hyphenated])] };
}

function readName(word: string): Reading | undefined {
  if (/[\p{Script=Han}々〆ヶ]/u.test(word)) return { kind: 'name', script: 'kanji', forms: [word] };
  // While a syllable is half typed (やまd), the kana before it decide.
  const kana = katakana(word).replace(/(?<=[ァ-ヺー])[a-z]{1,3}$/i, '');
  if (/^[ァ-ヺー・]+$/.test(kana)) return { kind: 'name', script: 'kana', forms: [kana] };
  if (!/^[\p{Script=Latin}\p{M}.'’-]+$/u.test(word) || word.length < 2) return undefined;
  return { kind: 'name', script: 'romaji', forms: [...romajiSpellings(word), word] };
}

/** The parameters of `GET /fhir/Patient` for one question. Commas inside a value are escaped (R4 search, "escaping"). */
export function searchParameters(question: Question): [string, string][] {
  const any = (forms: string[]) => forms.map((form) => form.replace(/[\\$,|]/g, '\\$&')).join(',');
  return question.map((reading) => {
    switch (reading.kind) {
      case 'name': return ['name', any(reading.forms)];
      case 'birthDate': return ['birthdate', reading.date];
      case 'number': return ['identifier', any(reading.forms)];
      case 'telephone': return ['phone', any(reading.forms)];
    }
  });
}

/** What is needed of a patient to find them on this device. */
export interface Findable {
  names: string[];
  birthDate: string | undefined;
  numbers: string[];
  telephones: string[];
}

/** Does a patient answer a question? The same meaning as the server's search, plus the last four digits of a telephone. */
export function answers(patient: Findable, question: Question): boolean {
  return question.every((reading) => {
    switch (reading.kind) {
      case 'name': return patient.names.some((name) => reading.forms.some((form) => folded(name).startsWith(folded(form))));
      case 'birthDate': return patient.birthDate?.startsWith(reading.date) ?? false;
      case 'number':
        return (
          patient.numbers.some((number) => reading.forms.includes(number)) ||
          patient.telephones.some((phone) => reading.forms[0]!.length === 4 && phone.endsWith(reading.forms[0]!))
        );
      case 'telephone': return patient.telephones.some((phone) => phone.replace(/\D/g, '') === reading.digits);
    }
  });
}

/** How well a patient answers, smaller is better: the spelling as typed before longer ones, the first reading before others. */
export function rank(patient: Findable, questions: readonly Question[]): number {
  const ranks = questions.map((question, nth) => {
    if (!answers(patient, question)) return Infinity;
    // All digits of a number as it is printed on the card: no birth date is meant.
    if (question.some((reading) => reading.kind === 'number' && patient.numbers.includes(reading.forms[0]!))) return -1;
    const spellings = question.map((reading) =>
      reading.kind === 'name' ? reading.forms.findIndex((form) => answers(patient, [{ ...reading, forms: [form] }])) : 0,
    );
    return nth * 100 + spellings.reduce((a, b) => a + b, 0);
  });
  // Known to the server by something that is not compared here: last, but there.
  return Math.min(1000, ...ranks);
}
