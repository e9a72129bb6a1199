// 国民の祝日 by the law itself (国民の祝日に関する法律), 2020 to 2099: no table to be brought up to date every year. Pure.
// The same rules as crates/sample, calendar.rs; the test holds the days the Cabinet Office has announced.

const cache = new Map<string, string | undefined>();

/** The name of the holiday on an ISO date, if it is one. */
export function holiday(date: string): string | undefined {
  if (!cache.has(date)) cache.set(date, find(date));
  return cache.get(date);
}

/** An ISO date some days later. */
export function plus(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** 0 is Sunday. */
export const weekday = (date: string) => new Date(`${date}T00:00:00Z`).getUTCDay();

function find(date: string): string | undefined {
  const own = named(date);
  if (own) return own;
  // 第3条2項: a holiday on a Sunday moves to the next day that is none.
  for (let before = plus(date, -1); named(before); before = plus(before, -1)) if (weekday(before) === 0) return '振替休日';
  // 第3条3項: a day between two holidays.
  return named(plus(date, -1)) && named(plus(date, 1)) ? '国民の休日' : undefined;
}

/** The Olympic Games moved three holidays of 2020 and 2021. */
const moved: Record<string, string> = {
  '2020-07-23': '海の日', '2020-07-24': 'スポーツの日', '2020-08-10': '山の日', '2021-07-22': '海の日', '2021-07-23': 'スポーツの日', '2021-08-08': '山の日',
};

function named(date: string): string | undefined {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  if (moved[date]) return moved[date];
  if ((year === 2020 || year === 2021) && [7, 8, 10].includes(month)) return undefined;
  const monday = (nth: number) => weekday(date) === 1 && Math.floor((day - 1) / 7) + 1 === nth;
  switch (`${month}-${day}`) {
    case '1-1': return '元日';
    case '2-11': return '建国記念の日';
    case '2-23': return '天皇誕生日';
    case '4-29': return '昭和の日';
    case '5-3': return '憲法記念日';
    case '5-4': return 'みどりの日';
    case '5-5': return 'こどもの日';
    case '8-11': return '山の日';
    case '11-3': return '文化の日';
    case '11-23': return '勤労感謝の日';
  }
  if (month === 1 && monday(2)) return '成人の日';
  if (month === 3 && day === equinox(year, 20.8431)) return '春分の日';
  if (month === 7 && monday(3)) return '海の日';
  if (month === 9 && monday(3)) return '敬老の日';
  if (month === 9 && day === equinox(year, 23.2488)) return '秋分の日';
  return month === 10 && monday(2) ? 'スポーツの日' : undefined;
}

/** The usual approximation by the Hydrographic Department for 1980 to 2099. */
function equinox(year: number, base: number): number {
  const years = year - 1980;
  return Math.floor(base + 0.242194 * years - Math.floor(years / 4));
}
