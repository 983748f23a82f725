let playing: HTMLAudioElement | null = null;

/** One recording is heard at a time: the one that played before is stopped. */
export function solo(audio: HTMLAudioElement): void {
  if (playing !== audio) playing?.pause();
  playing = audio;
}
