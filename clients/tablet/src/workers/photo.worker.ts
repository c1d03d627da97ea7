/**
 * Redraws photos small enough to keep and send. Drawing drops EXIF, GPS with it, and turns the picture upright
 * (tablet.md §2.1); in a worker of its own, so that a large one holds up neither page nor database.
 */
import {
  type Developed,
  type FromDeveloper,
  fitted,
  type Picture,
  type Sizes,
  sha256Of,
  type ToDevelop,
} from '@/blobs/photo'

declare const self: DedicatedWorkerGlobalScope

self.onmessage = async ({ data: { id, file, sizes } }: MessageEvent<ToDevelop>) => {
  const answer = await develop(file, sizes).then(
    (done): FromDeveloper => ({ id, done }),
    (): FromDeveloper => ({ id, failed: true }),
  )
  const sent = 'done' in answer ? [answer.done.photo.bytes, answer.done.thumb.bytes] : []
  self.postMessage(answer, sent)
}

async function develop(file: Blob, { side, thumbSide, quality }: Sizes): Promise<Developed> {
  const image = await createImageBitmap(file, { imageOrientation: 'from-image' })
  try {
    return { photo: await draw(image, side, quality), thumb: await draw(image, thumbSide, quality) }
  } finally {
    image.close()
  }
}

async function draw(image: ImageBitmap, side: number, quality: number): Promise<Picture> {
  const { width, height } = fitted(image.width, image.height, side)
  const canvas = new OffscreenCanvas(width, height)
  const pen = canvas.getContext('2d', { alpha: false })
  if (!pen) throw new Error('no canvas')
  pen.imageSmoothingQuality = 'high'
  // JPEG knows no transparency: what was see-through becomes paper.
  pen.fillStyle = '#fff'
  pen.fillRect(0, 0, width, height)
  pen.drawImage(image, 0, 0, width, height)
  const bytes = await (await canvas.convertToBlob({ type: 'image/jpeg', quality })).arrayBuffer()
  return { sha256: await sha256Of(bytes), bytes }
}
