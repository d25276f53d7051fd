// Models that have been measured: without a test item there is no accuracy, and nothing to draw.

import type { CurvePoint } from '../../api/types'

export type Measured = CurvePoint & { accuracy: number; low: number; high: number }

export function measured(point: CurvePoint): point is Measured {
  return point.accuracy !== null && point.low !== null && point.high !== null
}
