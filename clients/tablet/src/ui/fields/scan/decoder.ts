/** Reading QR codes from a picture: by the browser where it can, else by the bundled reader (tablet.md §2.2). */

/** Texts of the codes seen in a frame. */
export type Decoder = (frame: HTMLVideoElement) => Promise<string[]>

interface Detector {
  detect(source: CanvasImageSource): Promise<{ rawValue: string }[]>
}

interface DetectorClass {
  new (options: { formats: string[] }): Detector
  getSupportedFormats(): Promise<string[]>
}

let known: Promise<Decoder> | undefined

/** The best decoder here; made once. */
export function decoder(): Promise<Decoder> {
  known ??= make().catch((error: unknown) => {
    known = undefined
    throw error
  })
  return known
}

async function make(): Promise<Decoder> {
  const Native = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector
  // Without Google's services Android has the class but no format that it can read.
  const formats = (await Native?.getSupportedFormats().catch(() => [])) ?? []
  if (Native && formats.includes('qr_code')) {
    const detector = new Native({ formats: ['qr_code'] })
    return async (frame) => (await detector.detect(frame)).map(({ rawValue }) => rawValue)
  }
  const [{ prepareZXingModule, readBarcodes }, { default: wasm }] = await Promise.all([
    import('zxing-wasm/reader'),
    import('zxing-wasm/reader/zxing_reader.wasm?url'),
  ])
  // Left alone it would fetch its binary from another origin.
  await prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true })
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d', { willReadFrequently: true })
  return async (frame) => {
    canvas.width = frame.videoWidth
    canvas.height = frame.videoHeight
    if (!context || !canvas.width) return []
    context.drawImage(frame, 0, 0)
    const picture = context.getImageData(0, 0, canvas.width, canvas.height)
    return (await readBarcodes(picture, { formats: ['QRCode'], maxNumberOfSymbols: 1 })).map(
      ({ text }) => text,
    )
  }
}
