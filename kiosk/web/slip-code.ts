// Input of a scanner or a keyboard: the address in a slip's code, or the number on the slip. A
// scanner types all of it at once; keys that come singly are a person's.

/** Milliseconds without a key after which what was typed is complete. Scanners take less than 30. */
export const PAUSE_MS = 150;
const ADDRESS = /\/t\/([\w-]{8,64})\/?$/;
const NUMBER = /^[A-Za-z]{1,2}\d{1,3}$/;
/** The longest text that a person's keys make within the pause. */
const TYPED_MOST = 5;

/** Returns the code of a slip in a typed text: its token or its number; "" if there is none. */
export function slipCode(text: string): string {
  const typed = text.trim();
  const token = ADDRESS.exec(typed)?.[1];
  if (token) return token;
  return NUMBER.test(typed) ? typed.toUpperCase() : "";
}

export interface Heard {
  /** A scanned text. */
  scanned: (text: string) => void;
  /** A single key of a person. */
  key: (key: string) => void;
  /** The enter key, after nothing that was scanned. */
  enter: () => void;
}

/** Tells a scanner from a person by the pace of the keys. */
export class KeyReader {
  private text = "";
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly heard: Heard) {}

  /** Returns true if the key is taken: it must do nothing else on the page. */
  press(key: string): boolean {
    clearTimeout(this.timer);
    if (key === "Enter") {
      const any = this.text !== "";
      this.complete();
      if (!any) this.heard.enter();
      return true;
    }
    if (key === "Backspace") {
      this.complete();
      this.heard.key(key);
      return true;
    }
    if (key.length !== 1) {
      this.timer = setTimeout(() => this.complete(), PAUSE_MS); // the shift key of a capital letter
      return false;
    }
    this.text += key;
    this.timer = setTimeout(() => this.complete(), PAUSE_MS);
    return true;
  }

  stop(): void {
    clearTimeout(this.timer);
    this.text = "";
  }

  private complete(): void {
    const text = this.text;
    this.text = "";
    if (text.length > TYPED_MOST) this.heard.scanned(text);
    else for (const key of text) this.heard.key(key);
  }
}
