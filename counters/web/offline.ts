// The desk without its server. From the last picture on, the clerk calls, starts, ends and marks as
// missed the people whom that picture gave to this window; every act is kept in this browser with its
// time. When the server is back they go to it as one command under one key, and until it has answered
// nothing else is done. What did not fit comes back with its reason.
import { type Ref, computed, onScopeDispose, ref, watch } from "vue";
import { ApiError, newKey, post } from "@web/api.ts";
import { serverNow } from "@web/clock.ts";
import type { Live } from "@web/live.ts";
import type { ActResult, CounterState, HandInActs, SealedShare, ShareCard, TicketCard } from "@web/wire.gen.ts";
import type { Acts } from "./acts.ts";

/** A blink of the network is no reason to work without the server. */
const PATIENCE_MS = 3000;
const AGAIN_MS = 2000;

type Act = HandInActs["acts"][number];
type Kind = Act["kind"];
type Share = SealedShare;
type Kept = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** Acts stored in the browser until the server has imported them. */
export interface Diary extends HandInActs {
  key: string;
}

/** The picture after one act, as the server would draw it; null where the act is not possible. */
export function after(before: CounterState, kind: Kind, at: number): CounterState | null {
  const state = { ...before, undo: null, next: [] }; // only the server undoes, and knows the order
  const card = state.current;
  if (kind === "call") {
    const next = state.share[0];
    if (card || !next) return null;
    const share = state.share.slice(1);
    return { ...state, current: called(next, at), share, no_show_from: at + state.no_show_seconds * 1000 };
  }
  if (!card) return null;
  if (kind === "start") {
    return card.state === "called" ? { ...state, current: { ...card, state: "serving", serving_at: at } } : null;
  }
  if (kind === "finish") return card.state === "serving" ? { ...state, current: null } : null;
  if (card.state !== "called") return null;
  if (kind === "no_show") return { ...state, current: null };
  return { ...state, current: { ...card, call_count: card.call_count + 1, called_at: at } };
}

function called(share: ShareCard, at: number): TicketCard {
  return {
    ...share,
    state: "called",
    waited: Math.max(0, Math.floor((at - share.issued_at) / 60_000)),
    called_at: at,
    call_count: 1,
    serving_at: null,
    note: "",
    transfers: 0,
    returns: 0,
    why: null,
    materials: [],
    legal_basis: "",
    promised_days: 0,
    fee: "",
  };
}

export interface Offline {
  /** The desk works from what it knew. */
  on: Ref<boolean>;
  /** Acts wait to be handed in; nothing else is done until they are. */
  pending: Ref<boolean>;
  /** Number of stored acts. */
  count: Ref<number>;
  /** Rejected acts, until the clerk has seen them. */
  unfit: Ref<ActResult[]>;
  act: (kind: Kind, extra?: Partial<Pick<Act, "outcome" | "note">>) => boolean;
}

export function useOffline(
  name: string,
  window: string,
  live: Live<CounterState>,
  acts: Acts,
  storage: Kept = localStorage,
): Offline {
  const place = `hallkeeper.counter.${window}.${name}`;
  const diary = ref<Diary | null>(read());
  const on = ref(false);
  const unfit = ref<ActResult[]>([]);
  const count = computed(() => diary.value?.acts.length ?? 0);
  const pending = computed(() => count.value > 0 && !on.value);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let handing = false;
  /** A page whose feed has never stood has no share: the server does not know that it is there. */
  let connected = false;
  /** Share of this desk with the server's seal: it is sent along with the acts. */
  let sealed: Share | null = null;

  function read(): Diary | null {
    try {
      return JSON.parse(storage.getItem(place) ?? "null") as Diary | null;
    } catch {
      return null;
    }
  }

  function write(next: Diary | null): void {
    diary.value = next;
    if (next) storage.setItem(place, JSON.stringify(next));
    else storage.removeItem(place);
  }

  function begin(): void {
    if (live.connection.value === "online" || !connected || !live.state.value) return;
    if (acts.busy.value) {
      timer = setTimeout(begin, 500); // a request is still on its way
      return;
    }
    acts.abandon();
    const { share, share_seal: seal } = live.state.value;
    sealed = seal ? { tickets: share.map((entry) => entry.id), seal } : null;
    // Without the server nobody knows what the loudspeaker did; the clerk calls out.
    live.state.value = { ...live.state.value, paused: false, announced: "" };
    on.value = true;
  }

  function act(kind: Kind, extra: Partial<Pick<Act, "outcome" | "note">> = {}): boolean {
    const state = live.state.value;
    const at = serverNow();
    const next = on.value && state ? after(state, kind, at) : null;
    if (!state || !next) return false;
    const ticket = (kind === "call" ? next.current?.id : state.current?.id) ?? "";
    const before = diary.value ?? { key: newKey(), window, known: state.current?.id ?? "", shares: [], acts: [] };
    const entry: Act = { kind, ticket, at, outcome: extra.outcome ?? "", note: extra.note ?? "" };
    const shares = (before.shares ?? []).filter((share) => share.seal !== sealed?.seal);
    if (sealed) shares.push(sealed);
    write({ ...before, shares, acts: [...before.acts, entry] }); // on disk before it counts
    live.state.value = next;
    return true;
  }

  async function handIn(): Promise<void> {
    const now = diary.value;
    clearTimeout(timer);
    if (!now || handing || live.connection.value !== "online") return;
    handing = true;
    const { key, ...body } = now;
    try {
      const answer = await post("/api/v1/counter/handed-in", { body, key });
      unfit.value = [...unfit.value, ...answer.results.filter((entry) => entry.code !== "")];
      write(null);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      timer = setTimeout(() => void handIn(), AGAIN_MS); // kept until the server has taken it
    } finally {
      handing = false;
    }
  }

  watch(
    live.connection,
    (is) => {
      clearTimeout(timer);
      if (is === "online") {
        connected = true;
        on.value = false;
        void handIn();
      } else if (!on.value) timer = setTimeout(begin, PATIENCE_MS);
    },
    { immediate: true },
  );
  onScopeDispose(() => clearTimeout(timer));
  return { on, pending, count, unfit, act };
}
