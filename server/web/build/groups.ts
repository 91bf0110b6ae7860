// Groups of pages by browser. A group's pages share their parts with nobody else's, so
// that a part is never newer than the oldest browser that loads it.

export interface Group {
  name: string;
  /** Oldest targets of scripts. */
  target: string[];
  /** Oldest targets of style sheets. */
  css: string[];
  entries: string[];
  /** False leaves out Vue's options API: our own components do without it, Element Plus's may not. */
  optionsApi?: boolean;
}

export const GROUPS: Group[] = [
  {
    // People's own phones, and the page for an address that a phone was led to.
    name: "phones",
    target: ["es2017"],
    css: ["chrome61", "safari11", "firefox60"],
    optionsApi: false,
    entries: [
      "kiosk/web/phone.html",
      "kiosk/web/phone-hall.html",
      "kiosk/web/follow.html",
      "kiosk/web/progress.html",
      "kiosk/web/notice.html",
      "server/ratings/web/voices.html",
      "server/disclosure/web/guide.html",
      "server/web/problem.html",
    ],
  },
  {
    // Kiosks and boards: machines that are set up once and hang for years.
    name: "machines",
    target: ["chrome90"],
    css: ["chrome90"],
    optionsApi: false,
    entries: ["kiosk/web/kiosk.html", "server/ratings/web/rate.html", "display/web/board.html", "display/web/boards.html"],
  },
  {
    // The desk, which a clerk waits for: one script and one style sheet. A slow PC spends up to ten
    // milliseconds on each further file, even on one that it has stored.
    name: "desk",
    target: ["es2022"],
    css: ["es2022"],
    entries: ["counters/web/counter.html"],
  },
  {
    name: "staff",
    target: ["es2022"],
    css: ["es2022"],
    entries: [
      "counters/web/reception.html",
      "display/web/simulators.html",
      "server/office/web/office.html",
      "server/office/web/login.html",
      "server/bulletins/web/bulletin.html",
      "server/office/web/my/my.html",
      "server/spot_checks/web/check.html",
    ],
  },
];
