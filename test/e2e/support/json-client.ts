export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** JSON over HTTP: the way to the sandbox's controls. The service itself is asked through its client. */
export class JsonClient {
  constructor(private readonly baseUrl: () => string) {}

  get<T>(path: string): Promise<T> {
    return this.ok<T>('GET', path);
  }

  post<T>(path: string, body: unknown = {}): Promise<T> {
    return this.ok<T>('POST', path, body);
  }

  async ask(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${this.baseUrl()}${path}`, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    return { status: response.status, text: await response.text() };
  }

  /** @throws with the server's words when the answer is not 2xx. */
  private async ok<T>(method: string, path: string, body?: unknown): Promise<T> {
    const { status, text } = await this.ask(method, path, body);
    if (status < 200 || status > 299) throw new Error(`${method} ${path} answered ${status}: ${text}`);
    return JSON.parse(text) as T;
  }
}
