// Taking a number exactly once. The key of a press is kept in the browser until the server has
// answered, so a double tap, a lost answer, a killed tab or a restarted server give the one ticket;
// the ticket itself is kept as long as its page shows, so it comes back after a reload.
import { ApiError, newKey, post } from "@web/api.ts";
import type { Issued, IssueTicket, TicketView } from "@web/wire.gen.ts";

/** A press that has no answer yet. Times are this machine's own, in milliseconds. */
export interface Pending {
  key: string;
  item: string;
  applicant: string;
  /** Token of the person's first number, where this is another errand. */
  companion?: string;
  at: number;
  /** The kiosk's own PC was asked under this key: the server is not asked under it any more. */
  own?: boolean;
}

/** A number that its page still shows. */
export interface Shown {
  ticket: TicketView;
  until: number;
  /** Of a number that the kiosk's own PC gave: the key to ask after its slip. */
  key?: string;
}

/** Milliseconds after which a press is dropped and not repeated: the person has left. */
export const PATIENCE_MS = 90_000;

type Kept = Pick<Storage, "getItem" | "setItem" | "removeItem">;
type Issue = (request: { body: IssueTicket; key: string; giveUpMs: number }) => Promise<Issued>;

/** Outside world of this module; tests pass their own. */
export interface World {
  kept: Kept;
  now: () => number;
  issue: Issue;
  wait: (ms: number) => Promise<void>;
  /** The kiosk's own PC, where it has a line; see standby.ts. */
  own?: Own;
}

/** Source of numbers while the server is away. */
export interface Own {
  takesOver: () => Promise<boolean>;
  take: (key: string, item: string, applicant: string, companion?: string) => Promise<TicketView>;
}

/** A number, and the key of its press where the kiosk's own PC gave it. */
export interface Taken {
  ticket: TicketView;
  key?: string;
}

export const browser = (): World => ({
  kept: localStorage,
  now: () => Date.now(),
  issue: (request) => post("/api/v1/tickets", request),
  wait: (ms) => new Promise((done) => setTimeout(done, ms)),
});

/** The taking of numbers at one kiosk. */
export class Taking {
  private running: Promise<Taken> | null = null;

  constructor(
    private readonly kiosk: string,
    private readonly world: World = browser(),
  ) {}

  /** The press that still waits for its answer, if it is not too old. */
  pending(): Pending | null {
    const result = this.read<Pending>("pending");
    if (result && this.world.now() - result.at < PATIENCE_MS) return result;
    this.drop("pending");
    return null;
  }

  /** The number that was being shown. */
  shown(): Shown | null {
    const result = this.read<Shown>("shown");
    if (result && result.until > this.world.now()) return result;
    this.drop("shown");
    return null;
  }

  show(shown: Shown): void {
    this.write("shown", shown);
  }

  forget(): void {
    this.drop("shown");
  }

  /**
   * Takes a number, or goes on with the press that has no answer yet; a second press meanwhile is the
   * first. Throws ApiError when the server refuses, or when nobody can be waiting any more.
   *
   * Where the server does not answer and the kiosk's own PC does, that one is asked under the same
   * key, and from then on only that one: the books recognise by the key what was given twice.
   */
  take(item: string, applicant: string, companion = ""): Promise<Taken> {
    this.running ??= this.persist(item, applicant, companion).finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private async persist(item: string, applicant: string, companion: string): Promise<Taken> {
    const before = this.pending();
    const same = before?.item === item && before.applicant === applicant;
    const fresh = { key: newKey(), item, applicant, at: this.world.now() };
    let pending: Pending = same ? before : companion ? { ...fresh, companion } : fresh;
    this.write("pending", pending);
    for (;;) {
      try {
        const issued = await this.once(pending);
        this.drop("pending");
        return issued;
      } catch (error) {
        if (companion && unknown(error)) {
          // The first number came from this PC and is not in the books yet: the errand goes on alone.
          pending = { key: newKey(), item, applicant, at: pending.at };
          this.write("pending", pending);
          companion = "";
          continue;
        }
        if (!passing(error) || this.world.now() - pending.at > PATIENCE_MS) {
          this.drop("pending");
          throw error;
        }
        await this.world.wait(1000);
      }
    }
  }

  /** One try, where it belongs. */
  private async once(pending: Pending): Promise<Taken> {
    const { key, item, applicant, companion } = pending;
    const own = this.world.own;
    if (own && !pending.own && (await own.takesOver())) {
      pending.own = true;
      this.write("pending", pending);
    }
    if (own && pending.own) return { ticket: await own.take(key, item, applicant, companion), key };
    const body = companion ? { item, applicant, print: true, companion } : { item, applicant, print: true };
    const giveUpMs = own ? 1500 : 5000;
    return await this.world.issue({ body, key, giveUpMs });
  }

  private read<T>(what: string): T | null {
    try {
      return JSON.parse(this.world.kept.getItem(this.name(what)) ?? "null") as T | null;
    } catch {
      return null;
    }
  }

  private write(what: string, value: unknown): void {
    try {
      this.world.kept.setItem(this.name(what), JSON.stringify(value));
    } catch {
      // Storage refused: a reload would then lose the page, never the number.
    }
  }

  private drop(what: string): void {
    try {
      this.world.kept.removeItem(this.name(what));
    } catch {
      // As above.
    }
  }

  private name(what: string): string {
    return `hallkeeper.kiosk.${this.kiosk}.${what}`;
  }
}

/** Return true if the server does not know the person's other number. */
function unknown(error: unknown): boolean {
  return error instanceof ApiError && error.code === "ticket_unknown";
}

/** Return true if the same press may be sent again: the server was not reached, or not ready. */
function passing(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || [429, 502, 503, 504].includes(error.status));
}
