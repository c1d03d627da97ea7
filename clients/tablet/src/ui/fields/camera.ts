/** The camera (tablet.md §2.1): whether to use our own viewfinder, and one stream for as long as it is wanted. */

/**
 * False where the browser's file input is the better way: no camera in reach, an origin that is not secure, or an iPad,
 * which asks for leave anew at each start.
 */
export function ownViewfinder(): boolean {
  return !!navigator.mediaDevices?.getUserMedia && !isApple()
}

export function canScan(): boolean {
  return !!navigator.mediaDevices?.getUserMedia
}

/** An iPad calls itself a Mac, but has fingers on it. */
export function isApple(): boolean {
  return navigator.maxTouchPoints > 1 && /Macintosh|iPad|iPhone/.test(navigator.userAgent)
}

let shared: { stream: Promise<MediaStream>; users: number } | undefined
let closing: ReturnType<typeof setTimeout> | undefined

/** The back camera, 1920×1080 at best. A round opens it once: it stays on for a minute after its last user. */
export function openCamera(): Promise<MediaStream> {
  clearTimeout(closing)
  shared ??= {
    stream: navigator.mediaDevices
      .getUserMedia({
        video: { facingMode: { ideal: 'environment' }, width: { ideal: 1920 }, height: { ideal: 1080 } },
      })
      .catch((error: unknown) => {
        shared = undefined
        throw error
      }),
    users: 0,
  }
  shared.users++
  return shared.stream.then((stream) => {
    // The system takes the camera away when another app wants it; then a fresh one is needed.
    if (stream.getVideoTracks().some((track) => track.readyState === 'live')) return stream
    shared = undefined
    return openCamera()
  })
}

export function closeCamera(): void {
  if (!shared || --shared.users > 0) return
  const { stream } = shared
  closing = setTimeout(() => {
    shared = undefined
    void stream.then((open) => {
      for (const track of open.getTracks()) track.stop()
    })
  }, 60_000)
}

/** One picture of the running viewfinder, as sharp as the camera gives it. */
export async function shoot(video: HTMLVideoElement): Promise<Blob> {
  const canvas = document.createElement('canvas')
  canvas.width = video.videoWidth
  canvas.height = video.videoHeight
  canvas.getContext('2d')?.drawImage(video, 0, 0)
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/jpeg', 0.92),
  )
}
