/** Keeps the screen on while a call goes on: a telephone that locks itself takes the microphone away. */
export class ScreenLight {
  private lock: WakeLockSentinel | null = null;
  private wanted = true;

  constructor() {
    document.addEventListener('visibilitychange', this.ask);
    this.ask();
  }

  off(): void {
    this.wanted = false;
    document.removeEventListener('visibilitychange', this.ask);
    void this.lock?.release();
  }

  /** A hidden page loses its lock: it asks anew each time it is seen. Refused (low battery), or unknown to the browser, the screen goes its own way. */
  private readonly ask = (): void => {
    if (document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
    navigator.wakeLock.request('screen').then(
      (lock) => {
        this.lock = lock;
        if (!this.wanted) void lock.release();
      },
      () => undefined,
    );
  };
}
