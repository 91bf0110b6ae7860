// Look-up of a ticket at the reception desk: a typed number, or the address that a scanner sends.

const PHONE_PAGE = /\/t\/([\w-]+)/;

/** Return the token of a scanned phone address, else the typed number without marks and spaces. */
export function lookedUp(typed: string): string {
  const scanned = PHONE_PAGE.exec(typed);
  return scanned?.[1] ?? typed.replace(/[^\p{L}\p{N}_-]/gu, "");
}
