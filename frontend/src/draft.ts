/**
 * `data-draft="url"` on a form: what stands in it is sent there a moment after the last change (as `action=save`), and
 * `data-draft-status` in it says so with the words of its `data-kept`. Sent with the page's own buttons, nothing is.
 */
const PAUSE = 1200;

export function setUpDrafts(root: ParentNode): void {
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-draft]")) {
    let timer = 0;
    let leaving = false;
    let sending = new AbortController();
    const status = form.querySelector<HTMLElement>("[data-draft-status]");
    const keep = async () => {
      if (leaving) {
        return;
      }
      const data = new FormData(form);
      data.set("action", "save");
      sending.abort();
      sending = new AbortController();
      try {
        const answer = await fetch(form.dataset.draft!, {
          method: "POST",
          body: data,
          headers: { "X-Requested-With": "fetch" },
          redirect: "error",
          signal: sending.signal,
        });
        if (status) {
          status.textContent = answer.ok ? (status.dataset.kept ?? "") : "";
        }
      } catch {
        // Newer words are on their way, or the network is away: the next change tries again, and the form itself keeps what it holds.
      }
    };
    form.addEventListener("input", () => {
      window.clearTimeout(timer);
      if (status) {
        status.textContent = "";
      }
      timer = window.setTimeout(keep, PAUSE);
    });
    form.addEventListener("submit", () => {
      leaving = true;
      window.clearTimeout(timer);
      sending.abort(); // else it could come after what is sent now, and keep as a draft what is published already
    });
  }
}
