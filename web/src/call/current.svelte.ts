import type { Scenario } from '../lib/types';
import { heldCall, type HeldCall } from './held';
import { HELD_S, hangUpHeld } from './line';
import { WHOLE_CALL, type Practice } from './practice';
import { CallSession } from './session.svelte';

/** The call under way, if any: one at a time. */
class CurrentCall {
  session = $state<CallSession | null>(null);
  /** A call that this tab was in when it was loaded anew, until the learner goes back to it or lets it go. */
  held = $state.raw<HeldCall | null>(heldCall.find());

  /** Whether the server still holds the line, as far as this page's clock can tell. */
  get holds(): boolean {
    return this.held !== null && Date.now() - this.held.at < HELD_S * 1000;
  }

  /** Rings at once; to be called inside the click. */
  start(scenario: Scenario, practice: Practice = WHOLE_CALL): void {
    this.drop();
    this.session = new CallSession(scenario, practice);
    void this.session.dial(true);
  }

  /** Back into the held call; to be called inside the click. */
  comeBack(): void {
    if (!this.held) return;
    this.session = new CallSession(this.held.scenario, this.held.practice, this.held);
    this.held = null;
    void this.session.comeBack();
  }

  /** Out of whatever call there is; the server hears of it. */
  drop(): void {
    this.session?.leave();
    this.session = null;
    if (!this.held) return;
    void hangUpHeld(this.held.ticket);
    this.forget();
  }

  /** The held call is over: there is nothing to go back to. */
  forget(): void {
    this.held = null;
    heldCall.forget();
  }
}

export const current = new CurrentCall();
