// Which cached answers of the server an event makes old. Prefixes of query keys, by the first word of the event kind.

const TOUCHES: Record<string, readonly string[]> = {
  actor: ['actors', 'me', 'team'],
  gold: ['quality'],
  member: ['team', 'invitations', 'me', 'projects'],
  review: ['reviews', 'review'],
  answer: ['map-colours', 'overview', 'decisions', 'item', 'actors', 'cascades', 'suspects'],
  cascade: ['cascades', 'overview', 'decisions'],
  claim: ['overview'],
  dataset: ['overview', 'commits', 'branches', 'commit', 'request', 'requests', 'freezes'],
  guideline: ['guidelines', 'project'],
  item: ['overview', 'items', 'item', 'projects', 'erasures'],
  job: ['map', 'overview', 'jobs', 'suspects', 'cascades'],
  label: ['map-colours', 'overview', 'items', 'item'],
  model: ['overview', 'models', 'items', 'item', 'decisions'],
  prediction: ['overview', 'item'],
  project: ['overview', 'project', 'projects'],
  question: ['overview', 'decisions', 'item'],
  request: ['requests', 'request', 'branches', 'commit'],
  release: ['overview', 'releases', 'models', 'decisions', 'lineage'],
  split: ['cascades', 'items', 'item', 'overview'],
  task: ['overview', 'project', 'projects'],
  webhook: ['webhooks'],
  workforce: ['workforces', 'team'],
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
  'actor.added', 'actor.changed', 'actor.token', 'answer.bulk', 'answer.given', 'answer.set_aside', 'cascade.asked',
  'cascade.closed', 'cascade.started', 'claim.expired', 'claim.released', 'dataset.branch_closed', 'dataset.branched',
  'dataset.committed', 'dataset.frozen', 'dataset.tagged', 'dataset.tested', 'dataset.thawed', 'gold.added',
  'gold.removed', 'guidelines.added', 'item.added', 'item.erased', 'item.erasing', 'job.progress', 'label.changed',
  'label.imported', 'member.changed', 'member.invited', 'member.paused', 'model.trained', 'prediction.feedback',
  'project.changed', 'project.created', 'project.imported', 'question.asked', 'question.claimed', 'question.closed',
  'question.wants', 'release.changed', 'request.changed', 'request.commented', 'request.ended', 'request.opened',
  'review.closed', 'review.opened', 'split.applied', 'split.restored', 'split.revoked', 'split.signed', 'task.added',
  'task.changed', 'task.relabelled', 'webhook.changed', 'workforce.changed', 'workspace.repaired',
]
