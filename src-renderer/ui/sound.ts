/** Hz, one after the other. */
const TONES = { fire: [660, 880], fill: [880, 880] } as const;
const TONE_S = 0.09;
const GAP_S = 0.05;
const LOUDNESS = 0.12;

let context: AudioContext | undefined;

function opened(): AudioContext | undefined {
  if (typeof AudioContext === 'undefined') return undefined;
  context ??= new AudioContext();
  return context;
}

/** A browser lets a page sound only after the first click or key: this is called with one. */
export function unlockSound(): void {
  const audio = opened();
  if (audio?.state === 'suspended') void audio.resume().catch(() => undefined);
}

/** Two short tones, made here: rising for a trigger that fired, level for a fill. */
export function sound(event: keyof typeof TONES): void {
  const audio = opened();
  if (audio === undefined) return;
  unlockSound();
  let at = audio.currentTime;
  for (const frequency of TONES[event]) {
    const loud = audio.createGain();
    loud.gain.setValueAtTime(0, at);
    loud.gain.linearRampToValueAtTime(LOUDNESS, at + 0.01);
    loud.gain.linearRampToValueAtTime(0, at + TONE_S);
    const tone = audio.createOscillator();
    tone.frequency.value = frequency;
    tone.connect(loud).connect(audio.destination);
    tone.start(at);
    tone.stop(at + TONE_S);
    at += TONE_S + GAP_S;
  }
}
