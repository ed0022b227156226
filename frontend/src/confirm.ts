/** `data-confirm="question"` on a form or its button: ask before sending. */
export function setUpConfirm(document: Document): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    const question = (event as SubmitEvent).submitter?.dataset.confirm ?? form.dataset.confirm;
    if (question && !window.confirm(question)) {
      event.preventDefault();
    }
  });
}
