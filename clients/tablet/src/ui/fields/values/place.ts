/** Places (protocol §7: `{lat, lon, accuracy}`, degrees and metres). */
import { amount } from '@/i18n/formats'

export interface Place {
  lat: number
  lon: number
  accuracy?: number
}

export function placeIn(value: unknown): Place | null {
  const place = value as Partial<Place> | null
  return typeof place?.lat === 'number' && typeof place.lon === 'number' ? (place as Place) : null
}

/** Degrees to about a metre, and how sure they are. */
export function placeWords({ lat, lon, accuracy }: Place): string {
  const where = `${lat.toFixed(5)}, ${lon.toFixed(5)}`
  return accuracy ? `${where} ± ${amount(Math.round(accuracy), { style: 'unit', unit: 'meter' })}` : where
}
