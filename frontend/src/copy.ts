/** `data-copy="text"`: copies on click and says so, to the eye and to a screen reader. */
export function setUpCopy(root: ParentNode): void {
  for (const button of root.querySelectorAll<HTMLElement>("[data-copy]")) {
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy ?? "");
      const label = button.textContent;
      button.textContent = button.dataset.copied ?? "✓";
      window.setTimeout(() => (button.textContent = label), 2000);
    });
  }
}
