// A file on its way to the server, with how much of it has gone: the one thing that fetch does not tell.

import { ApiError } from './problem'

/** Sends the bytes and gives the answer; calls back with the share that has gone. */
export function sendBytes<T>(address: string, file: Blob, csrf: string | null, onSent: (share: number) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', address)
    request.responseType = 'text'
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    if (csrf) request.setRequestHeader('X-Handloom-CSRF', csrf)
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onSent(event.loaded / event.total)
    }
    request.onerror = () => reject(new ApiError(0, 'network', ''))
    request.onload = () => {
      let body: unknown = null
      try {
        body = JSON.parse(request.responseText)
      } catch {
        // A proxy may answer in another form; the status then has to do.
      }
      if (request.status < 400) {
        resolve(body as T)
        return
      }
      const { code, message, details } = (body ?? {}) as { code?: string; message?: string; details?: Record<string, unknown> }
      reject(new ApiError(request.status, code ?? `HTTP ${request.status}`, message ?? request.statusText, details))
    }
    request.send(file)
  })
}
