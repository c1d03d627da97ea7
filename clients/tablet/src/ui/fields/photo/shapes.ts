/** What is drawn on a photo: arrows, circles and words in red with a white outline (tablet.md §3.2.7). */

/** Positions are parts of the picture's width and height, 0 to 1, so that a drawing fits any size of it. */
export interface Spot {
  x: number
  y: number
}

export type Shape =
  | { kind: 'arrow'; from: Spot; to: Spot }
  | { kind: 'circle'; from: Spot; to: Spot }
  | { kind: 'text'; from: Spot; text: string }

type Pen = Pick<
  CanvasRenderingContext2D,
  | 'beginPath' | 'moveTo' | 'lineTo' | 'ellipse' | 'stroke' | 'strokeText' | 'fillText'
  | 'strokeStyle' | 'fillStyle' | 'lineWidth' | 'lineCap' | 'lineJoin' | 'font' | 'textBaseline'
> // biome-ignore format: one line each would hide that it is one list

const RED = '#d50000'
const WHITE = '#ffffff'

/** The lines of an arrow's shaft and head, in pixels. */
export function arrow(from: Spot, to: Spot, size: number): [Spot, Spot][] {
  const angle = Math.atan2(to.y - from.y, to.x - from.x)
  const wing = (turn: number): Spot => ({
    x: to.x - size * Math.cos(angle + turn),
    y: to.y - size * Math.sin(angle + turn),
  })
  return [
    [from, to],
    [wing(0.5), to],
    [wing(-0.5), to],
  ]
}

/** Draw shapes over a picture of this size; the pen is as thick as the picture needs. */
export function draw(pen: Pen, shapes: readonly Shape[], width: number, height: number): void {
  const unit = Math.max(width, height) / 160
  const at = (spot: Spot): Spot => ({ x: spot.x * width, y: spot.y * height })
  pen.lineCap = 'round'
  pen.lineJoin = 'round'
  for (const shape of shapes) {
    for (const [color, thickness] of [
      [WHITE, unit * 2],
      [RED, unit],
    ] as const) {
      pen.strokeStyle = color
      pen.fillStyle = color
      pen.lineWidth = thickness
      pen.beginPath()
      if (shape.kind === 'text') {
        pen.font = `bold ${Math.round(unit * 7)}px sans-serif`
        pen.textBaseline = 'middle'
        const { x, y } = at(shape.from)
        if (color === WHITE) pen.strokeText(shape.text, x, y)
        else pen.fillText(shape.text, x, y)
        continue
      }
      const from = at(shape.from)
      const to = at(shape.to)
      if (shape.kind === 'circle') {
        pen.ellipse(
          (from.x + to.x) / 2,
          (from.y + to.y) / 2,
          Math.abs(to.x - from.x) / 2,
          Math.abs(to.y - from.y) / 2,
          0,
          0,
          2 * Math.PI,
        )
      } else {
        for (const [start, end] of arrow(from, to, unit * 6)) {
          pen.moveTo(start.x, start.y)
          pen.lineTo(end.x, end.y)
        }
      }
      pen.stroke()
    }
  }
}
