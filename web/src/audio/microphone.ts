/** Why there is no usable microphone. */
export type MicrophoneTrouble = 'denied' | 'missing' | 'busy' | 'insecure' | 'mismatch' | 'silent';

export class MicrophoneError extends Error {
  constructor(readonly trouble: MicrophoneTrouble) {
    super(trouble);
  }
}

/** Asks for the microphone, with what keeps the customer's own voice out of it. Throws MicrophoneError. */
export async function openMicrophone(): Promise<MediaStream> {
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices) throw new MicrophoneError('insecure');
  try {
    return await devices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
    });
  } catch (error) {
    throw new MicrophoneError(troubleOf(error));
  }
}

/** The names are those of the Media Capture specification, 10.1. */
export function troubleOf(error: unknown): MicrophoneTrouble {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  if (name === 'NotReadableError' || name === 'AbortError') return 'busy';
  return 'missing';
}

/** What is wrong and the mend, in words for the learner. */
export const MENDS: Record<MicrophoneTrouble, { title: string; mend: string }> = {
  denied: {
    title: 'The browser keeps the microphone closed',
    mend: 'Click the symbol left of the address, allow the microphone for this page, then try again.',
  },
  missing: {
    title: 'No microphone found',
    mend: 'Plug in a headset or switch the microphone on, then try again.',
  },
  busy: {
    title: 'Another program holds the microphone',
    mend: 'Close the other call or recording, then try again.',
  },
  insecure: {
    title: 'This page may not use the microphone',
    mend: 'Browsers allow it on https or on this machine only: open Ringside by its https address.',
  },
  mismatch: {
    title: 'The browser can’t join this microphone to its sound',
    mend: 'Choose one device for microphone and loudspeaker in the system’s sound settings, or allow this page its real sound rate (Firefox: privacy.resistFingerprinting).',
  },
  silent: {
    title: 'Your microphone sends silence',
    mend: 'Check its mute switch and which one the system uses. The meter moves when it hears you.',
  },
};
