// What went wrong with a code or a proof, in a sentence.

import type { Failure } from '../../data/answer';
import type { Words } from '../../text/ja';
import type { Unproved } from './proving.svelte';

/** `wrong`: what a refusal means where it happened. A session that ended is for the caller to act on. */
export function troubleOf(failure: Failure | Unproved, words: Words, wrong: string): string {
  switch (failure.kind) {
    case 'refused': return failure.status === 422 ? wrong : words.factor.broken;
    case 'conflict': return words.factor.spent;
    case 'unreachable': return words.signIn.unreachable;
    case 'unavailable':
      return failure.status === 429
        ? words.signIn.tooMany(failure.retryAfterMs && Math.ceil(failure.retryAfterMs / 1000))
        : words.factor.broken;
    case 'expired': return words.signIn.tooLate;
    case 'missing': return words.factor.missing;
    case 'declined': return words.factor.declined;
  }
}
