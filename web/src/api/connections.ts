// What a project is connected with outside, and the way in by a provider of identities.

import { request } from './client'
import type { components } from './schema'

type Schemas = components['schemas']
export type Webhook = Schemas['WebhookShown']
export type NewWebhook = Schemas['NewWebhook']
export type Workforce = Schemas['WorkforceShown']

export const WEBHOOK_KINDS = ['question.resolved', 'decision.needed', 'label.changed'] as const
export type WebhookKind = (typeof WEBHOOK_KINDS)[number]

const at = (name: string) => encodeURIComponent(name)
const hooks = (p: string) => `/projects/${at(p)}/webhooks`
const crowds = (p: string) => `/projects/${at(p)}/workforces`

export const connections = {
  ways: () => request<Schemas['Ways']>('/login/ways'),
  away: (invitation: string | null) => request<Schemas['Away']>('/oidc/start', { method: 'POST', body: invitation ? { invitation } : {} }),
  webhooks: async (p: string) => (await request<{ webhooks: Webhook[] }>(hooks(p))).webhooks,
  addWebhook: (p: string, address: string, kinds: WebhookKind[]) => request<NewWebhook>(hooks(p), { method: 'POST', body: { address, kinds } }),
  changeWebhook: (p: string, id: string, state: 'active' | 'paused') => request<Webhook>(`${hooks(p)}/${at(id)}`, { method: 'PATCH', body: { state } }),
  removeWebhook: (p: string, id: string) => request(`${hooks(p)}/${at(id)}`, { method: 'DELETE' }),
  testWebhook: (p: string, id: string) => request<Schemas['WebhookTested']>(`${hooks(p)}/${at(id)}/test`, { method: 'POST', body: {} }),
  workforces: async (p: string) => (await request<{ workforces: Workforce[] }>(crowds(p))).workforces,
  changeWorkforce: (p: string, name: string, state: 'active' | 'paused') => request<Workforce>(`${crowds(p)}/${at(name)}`, { method: 'PATCH', body: { state } }),
}
