// Time that runs out: what the server said was left, and when it said so. Pure.

export interface Ending { secondsLeft: number; at: number }

/** Whole seconds that are left at a moment, rounded up; never less than none. */
export const left = (ending: Ending, now: number): number => Math.max(0, Math.ceil(ending.secondsLeft - (now - ending.at) / 1000));

/** 0:05, 12:30, 1:02:03. */
export function spelled(seconds: number): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
