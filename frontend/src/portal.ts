/** The portal's one script: small helpers on `data-…` attributes. Pages work without it, only less quickly. */
import { setUpBoard } from "./board";
import { setUpCells } from "./cells";
import { setUpConfirm } from "./confirm";
import { setUpCopy } from "./copy";
import { setUpCountdown } from "./countdown";
import { setUpDialogs } from "./dialog";
import { setUpDrafts } from "./draft";
import { setUpFilter } from "./filter";
import { setUpLive } from "./live";
import { setUpMarking } from "./marking";
import { setUpMenus } from "./menus";
import { setUpOffline } from "./offline";
import { setUpOrder } from "./order";
import { setUpPlayback } from "./playback";
import { setUpSearch } from "./search";
import { setUpShown } from "./shown";
import { setUpSort } from "./sort";

/** Prepare the islands below `root` (the document, or what `data-live` has just replaced). */
export function setUp(root: ParentNode): void {
  setUpCopy(root);
  setUpFilter(root);
  setUpSort(root);
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-autosubmit]")) {
    form.addEventListener("change", (event) => {
      // What is being typed into a filter is applied at once, here; the form goes on Enter.
      if (!(event.target as HTMLElement).matches("[data-filter]")) {
        form.requestSubmit();
      }
    });
  }
  for (const button of root.querySelectorAll<HTMLElement>("[data-print]")) {
    button.addEventListener("click", () => window.print());
  }
}

setUp(document);
setUpCells(document);
setUpConfirm(document);
setUpMenus(document);
setUpOrder(document);
setUpDialogs(document, setUp);
setUpDrafts(document);
setUpPlayback(document);
setUpLive(document, setUp);
setUpCountdown(document);
setUpBoard(document);
setUpShown(document);
setUpMarking(document);
setUpSearch(document, setUp);
setUpOffline(document);
