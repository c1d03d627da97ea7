/** A voice note of limited length, with the level of the voice while it is recorded. */

/** Types by preference; WebKit records MP4 only. */
const TYPES = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus']

export interface Recording {
  /** 0 to 1. */
  level(): number
  stop(): void
  /** The note; null when it was thrown away. */
  readonly done: Promise<Blob | null>
  discard(): void
}

export function canRecord(): boolean {
  return (
    !!navigator.mediaDevices?.getUserMedia && typeof MediaRecorder !== 'undefined' && typeOf() !== undefined
  )
}

function typeOf(): string | undefined {
  return TYPES.find((type) => MediaRecorder.isTypeSupported(type))
}

/** Begins at once; ends by itself when it is too long. Rejects where the microphone is refused. */
export async function record(longestMs: number): Promise<Recording> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
  const mimeType = typeOf()
  const recorder = new MediaRecorder(stream, {
    ...(mimeType ? { mimeType } : {}),
    audioBitsPerSecond: 32_000,
  })
  const sound = new AudioContext()
  const meter = sound.createAnalyser()
  meter.fftSize = 512
  sound.createMediaStreamSource(stream).connect(meter)
  const wave = new Uint8Array(meter.fftSize)
  const parts: Blob[] = []
  let wanted = true
  const stop = (): void => {
    if (recorder.state !== 'inactive') recorder.stop()
  }
  const timer = setTimeout(stop, longestMs)
  const done = new Promise<Blob | null>((resolve) => {
    recorder.ondataavailable = ({ data }) => parts.push(data)
    recorder.onstop = () => {
      clearTimeout(timer)
      for (const track of stream.getTracks()) track.stop()
      void sound.close()
      // Codec parameters are no part of the type that the server knows.
      const type = recorder.mimeType.split(';', 1)[0] ?? ''
      resolve(wanted ? new Blob(parts, { type }) : null)
    }
  })
  recorder.start()
  return {
    done,
    stop,
    level: () => {
      meter.getByteTimeDomainData(wave)
      return Math.max(...wave.map((sample) => Math.abs(sample - 128))) / 128
    },
    discard: () => {
      wanted = false
      stop()
    },
  }
}
