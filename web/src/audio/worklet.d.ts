/** The globals of an audio worklet (Web Audio 1.32), which TypeScript's DOM library leaves out. */
declare const sampleRate: number;
declare abstract class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;
