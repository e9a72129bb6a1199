// How rules stand on the gateway, looked at again while something is under way.

import type { Answer } from '../../data/answer';
import * as api from '../../data/network';
import { left } from './countdown';

const OFTEN_MS = 3_000;

export class GatewayWatch {
  state = $state.raw<api.Gateway | undefined>(undefined);
  failed = $state(false);
  /** A trial was under way and ended without anybody's doing here. */
  ended = $state(false);
  now = $state(Date.now());
  #at = 0;

  /** Looks now, and goes on looking until stopped. */
  start(): () => void {
    void this.look();
    const tick = setInterval(() => (this.now = Date.now()), 250);
    const again = setInterval(() => this.isUnderWay && void this.look(), OFTEN_MS);
    return () => {
      clearInterval(tick);
      clearInterval(again);
    };
  }

  get isUnderWay(): boolean {
    return this.state?.trial != null || (this.state?.opened.length ?? 0) > 0;
  }

  async look(): Promise<void> {
    this.take(await api.gateway());
  }

  /** Takes an answer that tells how things stand now. */
  take(answer: Answer<api.Gateway>, byHand = false): void {
    this.failed = answer.kind !== 'ok';
    if (answer.kind !== 'ok') return;
    if (byHand) this.ended = false;
    else if (this.state?.trial && !answer.value.trial) this.ended = true;
    this.#at = Date.now();
    this.now = this.#at;
    this.state = answer.value;
  }

  left(secondsLeft: number): number {
    return left({ secondsLeft, at: this.#at }, this.now);
  }
}
