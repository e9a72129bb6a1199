// Kana: one width, one script, and romaji read as kana. Names are stored in katakana (JP Core, SYL), so all of it ends there.

/** Hiragana, half-width kana and wide letters as full-width katakana and plain letters. */
export function katakana(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[ぁ-ゖ]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0x60));
}

/** What two spellings of one name have in common: katakana, small letters, no spaces, marks or hyphens. */
export function folded(text: string): string {
  return katakana(text)
    .toLowerCase()
    .replace(/[\s・･.,'’‐-―-]/g, '');
}

const rows: Record<string, string> = {
  '': 'アイウエオ', k: 'カキクケコ', s: 'サシスセソ', t: 'タチツテト', n: 'ナニヌネノ', h: 'ハヒフヘホ', m: 'マミムメモ',
  y: 'ヤ_ユ_ヨ', r: 'ラリルレロ', w: 'ワ___ヲ', g: 'ガギグゲゴ', z: 'ザジズゼゾ', d: 'ダヂヅデド', b: 'バビブベボ', p: 'パピプペポ',
};
/** Consonants that take a small ャュョ: ki + ya = キャ. */
const glides: Record<string, string> = {
  ky: 'キ', sy: 'シ', ty: 'チ', ny: 'ニ', hy: 'ヒ', my: 'ミ', ry: 'リ', gy: 'ギ', zy: 'ジ', jy: 'ジ', dy: 'ヂ', by: 'ビ', py: 'ピ',
  sh: 'シ', ch: 'チ', j: 'ジ',
};
const irregular: Record<string, string> = {
  shi: 'シ', chi: 'チ', tsu: 'ツ', fu: 'フ', ji: 'ジ', fa: 'ファ', fi: 'フィ', fe: 'フェ', fo: 'フォ', va: 'ヴァ', vi: 'ヴィ', vu: 'ヴ',
  ve: 'ヴェ', vo: 'ヴォ', je: 'ジェ', che: 'チェ', she: 'シェ', ti: 'チ', tu: 'ツ', si: 'シ', hu: 'フ', zi: 'ジ', la: 'ラ', li: 'リ',
  lu: 'ル', le: 'レ', lo: 'ロ',
};

const syllables: ReadonlyMap<string, string> = new Map([
  ...Object.entries(rows).flatMap(([head, row]) =>
    [...'aiueo'].flatMap((vowel, i): [string, string][] => (row[i] === '_' ? [] : [[head + vowel, row[i]!]])),
  ),
  ...Object.entries(glides).flatMap(([head, kana]): [string, string][] => [
    [`${head}a`, `${kana}ャ`], [`${head}u`, `${kana}ュ`], [`${head}o`, `${kana}ョ`],
  ]),
  ...Object.entries(irregular),
]);

/** Enough for a name with two long vowels; each is one more value in the search. */
const spellingsMax = 12;

/**
 * The katakana that romaji can stand for, plainest first: passports write neither long vowels nor which n it is,
 * so `yuko` is ユコ and ユウコ, `ono` is オノ and オオノ. A consonant still being typed at the end is left off.
 * Empty when it is not romaji.
 */
export function romajiSpellings(typed: string): string[] {
  const text = typed.normalize('NFKC').toLowerCase().normalize('NFD').replace(/[\u0300-\u036f-]/g, '').replace(/’/g, "'");
  if (!/^[a-z]+(?:'[a-z]+)*'?$/.test(text)) return [];
  let spellings: { kana: string; added: number }[] = [{ kana: '', added: 0 }];
  let at = 0;
  const extend = (choices: { kana: string; added: number }[]) => {
    spellings = spellings.flatMap((s) => choices.map((c) => ({ kana: s.kana + c.kana, added: s.added + c.added })));
  };
  while (at < text.length) {
    const rest = text.slice(at);
    if (rest[0] === "'") {
      at += 1;
      continue;
    }
    const doubled = /^(?:([kstpgzdbcjfmr])\1|tch)/.exec(rest);
    if (doubled) {
      // mm, rr are not Japanese, except mm written for ン+m.
      if (/^rr/.test(rest)) return [];
      extend([{ kana: rest.startsWith('mm') ? 'ン' : 'ッ', added: 0 }]);
      at += 1;
      continue;
    }
    const head = [3, 2, 1].map((n) => rest.slice(0, n)).find((s) => syllables.has(s));
    if (head) {
      at += head.length;
      extend([...lengthened(syllables.get(head)!, head.at(-1)!, text.slice(at)), ...syllabicN(head)]);
      // Satoh: h after o, before a consonant or at the end, marks length only.
      if (head.endsWith('o') && /^h(?![aiueoy])/.test(text.slice(at))) at += 1;
      continue;
    }
    if (/^(n(?![aiueoy])|m(?=[bpm]))/.test(rest)) {
      extend([{ kana: 'ン', added: 0 }]);
      at += 1;
      continue;
    }
    // An unfinished syllable at the end: what is there so far decides.
    if (/^[bcdfghjklmnprstvwyz]{1,2}$/.test(rest)) break;
    return [];
  }
  return [...new Set(spellings.sort((a, b) => a.added - b.added).map((s) => s.kana))]
    .filter((kana) => kana !== '')
    .slice(0, spellingsMax);
}

/** A syllable with its possible long forms, where romaji commonly leaves length out: o and u before another syllable. */
function lengthened(kana: string, vowel: string, rest: string): { kana: string; added: number }[] {
  const plain = { kana, added: 0 };
  // Names are found by how they begin, so length at the very end needs no spelling of its own.
  if (rest === '' || /^[ou]/.test(rest)) return [plain];
  if (vowel === 'o') return [plain, { kana: `${kana}ウ`, added: 1 }, { kana: `${kana}オ`, added: 2 }];
  if (vowel === 'u') return [plain, { kana: `${kana}ウ`, added: 1 }];
  return [plain];
}

/** Junichi, Shinya: n before i or y is more often ン with a syllable of its own after it than ニ. */
function syllabicN(head: string): { kana: string; added: number }[] {
  const after = head === 'ni' ? 'イ' : head.startsWith('ny') ? syllables.get(head.slice(1)) : undefined;
  return after === undefined ? [] : [{ kana: `ン${after}`, added: 1 }];
}
