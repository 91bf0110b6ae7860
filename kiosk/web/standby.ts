// The kiosk's own PC, asked when the server is away: its agent holds leased numbers and prints them.
// It listens on this PC's loopback address and answers this page only. Which address and which secret
// come with the live state while the server is there; what is not heard of then is not asked for.
import { type Ref, onScopeDispose, ref, watch } from "vue";
import { ApiError, type Refusal, within } from "@web/api.ts";
import type { Live } from "@web/live.ts";
import type { ItemPage, KioskState, StandbyAccess, TicketView } from "@web/wire.gen.ts";

const TIMEOUT_MS = 4000;
const LOOK_MS = 2000;
/** A blink of the network is not worth a word. */
const BLINK_MS = 1200;
const RELOADED_FOR = "hallkeeper.reloaded-for-line";
/** Slips of numbers that were given without the server begin so. */
const OWN_SLIP = "standby-";

interface LineState {
  ready: boolean;
  /** True if a request may name the person's other number; an older agent would refuse it. */
  companion?: boolean;
}

/** Asks the line; throws ApiError, with status 0 where nobody answers. */
export class OwnLine {
  private access: StandbyAccess = { line: "", secret: "" };
  private joins = false;

  constructor(private readonly fetcher: typeof fetch = (...args) => fetch(...args)) {}

  /** The newest access that the server told of; an empty one: this kiosk has no line. */
  know(access: StandbyAccess): void {
    this.access = access;
  }

  get address(): string {
    return this.access.line;
  }

  async ready(): Promise<boolean> {
    if (!this.access.line) return false;
    try {
      const state = await this.ask<LineState>("");
      this.joins = state.companion === true;
      return state.ready;
    } catch {
      return false;
    }
  }

  item(code: string): Promise<ItemPage> {
    return this.ask<ItemPage>(`/items/${encodeURIComponent(code)}`);
  }

  async take(key: string, item: string, applicant: string, companion = ""): Promise<TicketView> {
    const body = companion && this.joins ? { key, item, applicant, companion } : { key, item, applicant };
    return (await this.ask<{ ticket: TicketView }>("/tickets", body)).ticket;
  }

  async ofKey(key: string): Promise<TicketView> {
    return (await this.ask<{ ticket: TicketView }>(`/tickets/${encodeURIComponent(key)}`)).ticket;
  }

  private async ask<T>(path: string, body?: unknown): Promise<T> {
    const headers = new Headers({ Authorization: `Bearer ${this.access.secret}` });
    const request: RequestInit = {
      headers,
      credentials: "omit",
      cache: "no-store",
    };
    if (body !== undefined) {
      request.method = "POST";
      request.body = JSON.stringify(body);
    }
    const address = `${this.access.line}/standby${path}`;
    try {
      return await within(TIMEOUT_MS, async (signal) => {
        const answer = await this.fetcher(address, { ...request, signal });
        const body = (await answer.json().catch(() => ({ code: "unavailable" }))) as T & Refusal;
        if (!answer.ok) throw new ApiError(answer.status, body);
        return body;
      });
    } catch (error) {
      if (error instanceof ApiError) throw error;
      throw new ApiError(0, { code: "network" }, body !== undefined);
    }
  }
}

/** Return true if this PC itself issued the ticket. */
export function givenHere(ticket: TicketView | null): boolean {
  return ticket !== null && ticket.slip.id.startsWith(OWN_SLIP);
}

export interface Standby {
  line: OwnLine;
  /** The server has been away for more than a blink. */
  away: Ref<boolean>;
  /** It is away, and this PC gives numbers. */
  on: Ref<boolean>;
  /** Return true if a press belongs to this PC: the server is away and the line is not. */
  takesOver: () => Promise<boolean>;
}

/** Watches the live feed; while it is down the line is looked at every two seconds. */
export function useStandby(live: Live<KioskState>, mayReload: () => boolean): Standby {
  const line = new OwnLine();
  const away = ref(false);
  const on = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = "";

  async function look(): Promise<void> {
    const ready = await line.ready();
    if (live.connection.value === "online") return;
    on.value = ready;
    away.value = true;
    clearTimeout(timer);
    timer = setTimeout(() => void look(), LOOK_MS);
  }

  // The page's policy names one address, as it was when the page was opened. A newer one needs a
  // newer page: once, and while the server is there to give it.
  const refused = (event: SecurityPolicyViolationEvent): void => {
    if (!line.address || !event.blockedURI.startsWith(line.address)) return;
    if (live.connection.value !== "online" || sessionStorage.getItem(RELOADED_FOR) === line.address) return;
    sessionStorage.setItem(RELOADED_FOR, line.address);
    const whenQuiet = (): void => {
      if (mayReload()) location.reload();
      else setTimeout(whenQuiet, LOOK_MS);
    };
    whenQuiet();
  };
  document.addEventListener("securitypolicyviolation", refused);

  watch(live.state, (state) => {
    if (!state) return;
    line.know(state.standby);
    if (state.standby.line && state.standby.line !== last) void line.ready();
    last = state.standby.line;
  });
  watch(live.connection, (is) => {
    clearTimeout(timer);
    if (is === "online") {
      away.value = false;
      on.value = false;
    } else timer = setTimeout(() => void look(), away.value ? 0 : BLINK_MS);
  });
  onScopeDispose(() => {
    clearTimeout(timer);
    document.removeEventListener("securitypolicyviolation", refused);
  });
  const takesOver = async (): Promise<boolean> => live.connection.value !== "online" && (await line.ready());
  return { line, away, on, takesOver };
}
