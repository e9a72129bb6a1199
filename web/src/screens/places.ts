// The screens one can always go to, and the first of a duty.

export const places = [
  { screen: 'board', name: 'board' },
  { screen: 'book', name: 'book' },
  { screen: 'find', name: 'find' },
] as const;

/** Who sees patients, or sees to them, begins with who is there; others with the search. */
const atTheBoard = new Set(['director', 'doctor', 'nurse', 'clerk', 'technician', 'pharmacist']);

export function firstPage(duties: readonly string[]): 'board' | 'find' {
  return duties.some((duty) => atTheBoard.has(duty)) ? 'board' : 'find';
}
