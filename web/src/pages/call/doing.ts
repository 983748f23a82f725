import type { CallSession } from '../../call/session.svelte';

/** How the customer's figure behaves. */
export type Mode = 'ringing' | 'listening' | 'speaking' | 'thinking' | 'waiting';

export function modeOf(session: CallSession): Mode {
  if (session.phase === 'ringing' || session.phase === 'dialling') return 'ringing';
  if (session.phase !== 'live' || session.talk.state === 'held' || session.talk.state === 'away') return 'waiting';
  if (session.talk.thinking) return 'thinking';
  return session.talk.state === 'speaking' ? 'speaking' : 'listening';
}

/** What goes on, in words. `first` is the first name of who is on the line. */
export function doing(session: CallSession, first: string): string {
  switch (session.phase) {
    case 'microphone':
      return `Allow the microphone, so that ${first} can hear you`;
    case 'dialling':
    case 'ringing':
      return 'Ringing…';
    case 'returning':
      return 'Going back on the line…';
    case 'reconnecting':
      return 'Connection lost. Reconnecting…';
    case 'over':
      return session.reason === 'customer_hangup' ? `${first} hung up` : 'Call over';
    case 'blocked':
    case 'failed':
      return 'Not connected';
    case 'live':
      if (session.learner.asking) return `Allow the microphone, so that ${first} can hear you`;
      if (session.soundless) return 'The sound has stopped';
      if (session.talk.state === 'away') return 'Nobody is at the phone just now';
      if (session.talk.thinking) return `${first} is about to answer`;
      if (session.talk.state === 'speaking') return `${first} is speaking`;
      return session.learner.muted ? 'You are muted' : `${first} is listening`;
  }
}
