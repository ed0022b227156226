/**
 * `data-countdown="ISO" data-now="ISO"`: how long until then, counted on by the clock of the server that wrote the page.
 * Nothing is said aloud: it is a text that is right whenever it is read.
 */
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const EVERY = 15_000;

/** As the server says it (`time_words.say_left`); empty when the time is over. */
export function sayLeft(ms: number, language: string): string {
  if (ms <= 0) {
    return "";
  }
  const french = language.startsWith("fr");
  const span = saySpan(ms, french);
  return french ? `il reste ${span}` : `${span} left`;
}

function saySpan(ms: number, french: boolean): string {
  const days = Math.floor(ms / DAY);
  const hours = Math.floor((ms % DAY) / HOUR);
  const minutes = Math.floor((ms % HOUR) / MINUTE);
  if (days) {
    const unit = french ? (days > 1 ? "jours" : "jour") : days > 1 ? "days" : "day";
    return hours && days < 7 ? `${days} ${unit} ${hours}\u00a0h` : `${days} ${unit}`;
  }
  if (hours) {
    return minutes ? `${hours}\u00a0h\u00a0${String(minutes).padStart(2, "0")}` : `${hours}\u00a0h`;
  }
  return `${Math.max(minutes, 1)}\u00a0min`;
}

export function setUpCountdown(root: ParentNode): void {
  const elements = [...root.querySelectorAll<HTMLElement>("[data-countdown]")];
  const begun = performance.now();
  const show = (): void => {
    for (const element of elements) {
      const until = Date.parse(element.dataset.countdown!);
      const now = Date.parse(element.dataset.now!) + performance.now() - begun;
      const text = sayLeft(until - now, document.documentElement.lang);
      if (element.textContent !== text) {
        element.textContent = text;
      }
      element.classList.toggle("countdown-soon", until - now < 10 * MINUTE);
    }
  };
  if (elements.length) {
    show();
    window.setInterval(show, EVERY);
    document.addEventListener("visibilitychange", () => document.hidden || show());
  }
}
