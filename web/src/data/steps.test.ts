import { expect, test } from 'vitest';
import { Steps } from './steps';

test('what is done is undone and redone in order', () => {
  let steps = new Steps<string>();
  expect([steps.canUndo, steps.canRedo, steps.undo('a')]).toEqual([false, false, undefined]);
  steps = steps.after('a').after('b');
  const once = steps.undo('c')!;
  const twice = once.steps.undo(once.to)!;
  expect([once.to, twice.to, twice.steps.canUndo]).toEqual(['b', 'a', false]);
  const again = twice.steps.redo(twice.to)!;
  expect([again.to, again.steps.redo(again.to)!.to]).toEqual(['b', 'c']);
});

test('something new forgets what was undone, and the memory has an end', () => {
  const undone = new Steps<string>().after('a').undo('b')!;
  expect(undone.steps.canRedo).toBe(true);
  expect(undone.steps.after('a').canRedo).toBe(false);
  let steps = new Steps<number>();
  for (let n = 0; n < 200; n++) steps = steps.after(n);
  let depth = 0;
  for (let step = steps.undo(200); step; step = step.steps.undo(step.to)) depth++;
  expect(depth).toBe(50);
});
