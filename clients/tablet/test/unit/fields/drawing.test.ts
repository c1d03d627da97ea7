import { expect, test } from 'vitest'
import { arrow, draw } from '@/ui/fields/photo/shapes'
import { codeIn } from '@/ui/fields/scan/code'

/** Hears what is drawn, and in which colour. */
class Pen {
  strokeStyle = ''
  fillStyle = ''
  lineWidth = 0
  lineCap: CanvasLineCap = 'butt'
  lineJoin: CanvasLineJoin = 'miter'
  font = ''
  textBaseline: CanvasTextBaseline = 'alphabetic'
  readonly heard: string[] = []
  beginPath(): void {}
  moveTo(): void {}
  lineTo(): void {}
  ellipse(x: number, y: number, wide: number, high: number): void {
    this.heard.push(`ellipse ${x},${y} ${wide}x${high}`)
  }
  stroke(): void {
    this.heard.push(`stroke ${this.strokeStyle} ${this.lineWidth}`)
  }
  strokeText(text: string): void {
    this.heard.push(`outline ${text} ${this.strokeStyle}`)
  }
  fillText(text: string): void {
    this.heard.push(`fill ${text} ${this.fillStyle}`)
  }
}

test('an arrow’s head lies behind its point, the same on both sides', () => {
  const lines = arrow({ x: 0, y: 0 }, { x: 100, y: 0 }, 10)
  expect(lines).toHaveLength(3)
  const [, left, right] = lines
  expect(left?.[0].x).toBeLessThan(100)
  expect(left?.[0].y).toBeCloseTo(-(right?.[0].y ?? 0))
})

test('everything is drawn white below and red above, in the size of the picture', () => {
  const pen = new Pen()
  draw(pen, [{ kind: 'circle', from: { x: 0, y: 0 }, to: { x: 0.5, y: 1 } }], 1600, 1200)
  expect(pen.heard).toEqual([
    'ellipse 400,600 400x600',
    'stroke #ffffff 20',
    'ellipse 400,600 400x600',
    'stroke #d50000 10',
  ])
})

test('words have an outline too', () => {
  const pen = new Pen()
  draw(pen, [{ kind: 'text', from: { x: 0, y: 0 }, text: '漏水' }], 800, 600)
  expect(pen.heard).toEqual(['outline 漏水 #ffffff', 'fill 漏水 #d50000'])
})

test.each([
  ['ab12cd', 'AB12CD'],
  ['AB1-2CD', 'AB12CD'],
  ['ab1 2cd', 'AB12CD'],
  ['ＡＢ１２ＣＤ', 'AB12CD'],
  ['https://wuye.example/p/ab12cd', 'AB12CD'],
  ['https://wuye.example/p/ab12cd/?x=1#y', 'AB12CD'],
  ['Pump room 3', 'Pump room 3'],
  ['1234567', '1234567'],
])('the point in %j is %j (tablet.md §2.2)', (text, code) => {
  expect(codeIn(text)).toBe(code)
})
