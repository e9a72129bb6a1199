// Proving again that it is you: password and code, or a passkey.

import type { Answer } from '../../data/answer';
import type { Failure, Proof } from '../../data/api';
import { askPasskey, passkeysWork } from '../../data/passkey';

/** A field is empty, or the device was not convinced: nothing was sent. */
export type Unproved = { kind: 'missing' } | { kind: 'declined' };
export type Proved = { kind: 'ok'; proof: Proof } | Unproved | { kind: 'failed'; failure: Failure };

export class Proving {
  password = $state('');
  code = $state('');
  /** The account has one-time codes or recovery codes to show. */
  readonly withCode: boolean;
  /** The account has a passkey, and this browser can ask for it. */
  readonly withPasskey: boolean;
  by = $state<'password' | 'passkey'>('password');

  constructor(factor: { since?: number | null; passkeys: unknown[] } | undefined) {
    const passkeys = factor?.passkeys.length ?? 0;
    this.withCode = factor?.since != null || passkeys > 0;
    this.withPasskey = passkeys > 0 && passkeysWork();
    if (this.withPasskey) this.by = 'passkey';
  }

  /** What to send. Asks the device where that was chosen; each proof is good once. */
  async take(): Promise<Proved> {
    if (this.by === 'passkey') {
      const asked = await askPasskey();
      return asked.kind === 'ok' ? { kind: 'ok', proof: { passkey: asked.value } } : asked;
    }
    if (this.password === '' || (this.withCode && this.code.trim() === '')) return { kind: 'missing' };
    return { kind: 'ok', proof: { password: this.password, code: this.withCode ? this.code : null } };
  }

  /** Does what needs the proof. */
  async run<T>(act: (proof: Proof) => Promise<Answer<T>>): Promise<Answer<T> | Unproved> {
    const proved = await this.take();
    if (proved.kind === 'ok') return act(proved.proof);
    return proved.kind === 'failed' ? proved.failure : proved;
  }

  forget(): void {
    this.password = this.code = '';
  }
}
