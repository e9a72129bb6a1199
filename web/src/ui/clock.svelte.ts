// One clock for all that shows time, so that nothing on a screen disagrees.

import { todayIn } from '../find/wareki';

class Clock {
  now = $state(Date.now());

  constructor() {
    setInterval(() => (this.now = Date.now()), 5_000);
  }

  /** The clinic's today, 2026-11-22. */
  get today(): string {
    return todayIn('Asia/Tokyo', new Date(this.now));
  }
}

export const clock = new Clock();
