/** Asking for what has changed: the page says which marks it has, the server answers with the rest, or with nothing. */
export class Changes<News> {
  /** Asks that failed in a row. */
  failures = 0;
  /** The server's clock less this machine's, in milliseconds. */
  offset = 0;
  private asking = false;

  constructor(
    private readonly address: string,
    private readonly show: (news: News) => void,
  ) {}

  /** Asks once, unless an answer is still awaited. @returns whether it asked. */
  async ask(have: (string | undefined)[]): Promise<boolean> {
    if (this.asking) {
      return false;
    }
    this.asking = true;
    try {
      const url = new URL(this.address, location.href);
      url.searchParams.set("have", have.join("."));
      const answer = await fetch(url, { headers: { "X-Requested-With": "fetch" }, redirect: "error" });
      if (!answer.ok) {
        throw new Error(String(answer.status));
      }
      const told = Date.parse(answer.headers.get("Date") ?? "");
      this.offset = Number.isFinite(told) ? told - Date.now() : 0;
      if (answer.status !== 204) {
        this.show((await answer.json()) as News);
      }
      this.failures = 0;
    } catch {
      this.failures += 1;
    } finally {
      this.asking = false;
    }
    return true;
  }
}
