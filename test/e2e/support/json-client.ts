export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** JSON over HTTP that remembers every answer. */
export class JsonClient {
  readonly answers: string[] = [];

  constructor(
    private readonly baseUrl: () => string,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  get<T>(path: string): Promise<T> {
    return this.ok<T>('GET', path);
  }

  post<T>(path: string, body: unknown = {}): Promise<T> {
    return this.ok<T>('POST', path, body);
  }

  put<T>(path: string, body: unknown): Promise<T> {
    return this.ok<T>('PUT', path, body);
  }

  async ask(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${this.baseUrl()}${path}`, {
      method,
      headers: { ...this.headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    this.answers.push(text);
    return { status: response.status, text };
  }

  /** @throws with the server's words when the answer is not 2xx. */
  private async ok<T>(method: string, path: string, body?: unknown): Promise<T> {
    const { status, text } = await this.ask(method, path, body);
    if (status < 200 || status > 299) throw new Error(`${method} ${path} answered ${status}: ${text}`);
    return JSON.parse(text) as T;
  }
}
