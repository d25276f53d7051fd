// Which cached answers of the server an event makes old. Prefixes of query keys, by the first word of the event kind.

const TOUCHES: Record<string, readonly string[]> = {
  actor: ['actors', 'me', 'team'],
  answer: ['overview', 'decisions', 'item', 'actors'],
  claim: ['overview'],
  dataset: ['overview'],
  guideline: ['guidelines', 'project'],
  item: ['overview', 'items', 'item', 'projects'],
  job: ['overview', 'jobs'],
  label: ['overview', 'items', 'item'],
  model: ['overview', 'models', 'items', 'item', 'decisions'],
  prediction: ['overview', 'item'],
  project: ['overview', 'project', 'projects'],
  question: ['overview', 'decisions', 'item'],
  release: ['overview', 'releases', 'models', 'decisions', 'lineage'],
  task: ['overview', 'project', 'projects'],
  workspace: ['overview', 'items', 'item'],
}

/** Names of the cached answers that an event of this kind makes old; an unknown kind touches the overview. */
export function touched(kind: string): readonly string[] {
  const noun = kind.split('.', 1)[0] ?? ''
  return TOUCHES[noun.replace(/s$/, '')] ?? ['overview']
}

/** Whether the event may mean that there is something new to claim. */
export function mayBringQuestions(kind: string): boolean {
  return /^(question\.asked|claim\.(released|expired))$/.test(kind)
}

/** Whether the event closes its question for everyone. */
export function closesQuestion(kind: string): boolean {
  return kind === 'question.closed'
}

/** The kinds of events: a browser gets a named event only when it listens to that name. */
export const KINDS: readonly string[] = [
  'actor.added', 'actor.changed', 'actor.token', 'answer.given', 'claim.expired', 'claim.released',
  'dataset.committed', 'dataset.tested', 'guidelines.added', 'item.added', 'job.progress', 'label.imported', 'model.trained',
  'prediction.feedback', 'project.changed', 'project.created', 'question.asked', 'question.claimed',
  'question.closed', 'release.changed', 'task.added', 'task.changed', 'workspace.repaired',
]
