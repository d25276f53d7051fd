// A grid as the screen holds it: the claimed questions of one class, shown as one, answered each by itself.

import type { Question } from '../../core/shapes'
import type { GridValue } from '../../widgets/grid/marks'

export interface GridAnswer {
  id: string
  question: string
  chosen: boolean
  outcome: 'answered' | 'unsure'
  supersedes?: string
}

export class Sheet {
  value: GridValue = { chosen: [], unsure: [] }

  /** ids: of the answers that will be sent, so that a second try is the same answers. before: answers these correct. */
  constructor(
    readonly questions: readonly Question[],
    private readonly ids: readonly string[],
    private readonly before: readonly string[] | null = null,
  ) {}

  get label(): string {
    return this.questions[0]?.labels[0] ?? ''
  }

  get corrects(): boolean {
    return this.before !== null
  }

  /** All items as one question, which the widget shows. */
  get question(): Question {
    const [first] = this.questions
    if (!first) throw new Error('a sheet has at least one question')
    return { ...first, id: this.ids[0] ?? first.id, widget: 'grid', items: this.questions.flatMap((one) => one.items) }
  }

  answers(): GridAnswer[] {
    return this.questions.map((one, k) => {
      const item = one.items[0]?.id ?? ''
      const before = this.before?.[k]
      return {
        id: this.ids[k] ?? '',
        question: one.id,
        chosen: this.value.chosen.includes(item),
        outcome: this.value.unsure.includes(item) ? 'unsure' : 'answered',
        ...(before ? { supersedes: before } : {}),
      }
    })
  }

  /** The same sheet to be corrected, as it was answered. */
  again(newId: () => string): Sheet {
    const next = new Sheet(this.questions, this.questions.map(newId), this.ids)
    next.value = this.value
    return next
  }
}

/** Questions of one class as one sheet. */
export function asOne(questions: readonly Question[], newId: () => string): Sheet {
  return new Sheet(questions, questions.map(newId))
}
