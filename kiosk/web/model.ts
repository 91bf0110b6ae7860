// State shared by a kiosk's views: where the person is, what the hall offers, and when to go home. It
// decides nothing about the hall; a refusal comes from the server with its words.
import { type InjectionKey, type Ref, computed, inject, onScopeDispose, ref, shallowRef, watch } from "vue";
import { ApiError, get } from "@web/api.ts";
import { lang, setLang } from "@web/i18n.ts";
import { type Live, useLive } from "@web/live.ts";
import { loadSession } from "@web/session.ts";
import type { ItemRef, KioskCatalogue, KioskState, SlipState, TicketView, UnitRef } from "@web/wire.gen.ts";
import { hush } from "./speech.ts";
import { UNPRINTED_MS, makeSettling } from "./settling.ts";
import { givenHere, type Standby, useStandby } from "./standby.ts";
import { PATIENCE_MS, type Shown, type Taken, Taking, browser } from "./taking.ts";

export type View =
  | { name: "home" }
  | { name: "units" }
  | { name: "groups" }
  | { name: "unit"; code: string }
  | { name: "group"; code: string }
  | { name: "search" }
  | { name: "item"; code: string }
  | { name: "missed" }
  | { name: "booked" }
  | { name: "voices" }
  | { name: "result" };

const HOME: View = { name: "home" };
const TRY_AGAIN_MS = 2000;
const POPULAR = 8;
/** A number that is on no paper stays on the screen so many times longer. */
const UNPRINTED_LONGER = 3;

export function makeModel(kiosk: string) {
  const stack = ref<View[]>([HOME]);
  const view = computed<View>(() => stack.value[stack.value.length - 1] ?? HOME);
  const serial = ref(0);
  /** For the whole page, and for leaving a number that is on no paper. */
  const settling = makeSettling();
  const leavable = makeSettling();
  const query = ref("");
  const applicant = ref("ordinary");
  const elder = ref(false);
  const world = browser();
  const taking = new Taking(kiosk, world);
  const busy = ref(false);
  const trouble = ref("");
  const shown = shallowRef<Shown | null>(taking.shown());
  /** The person's first number, while they choose another errand. */
  const companion = shallowRef<TicketView | null>(null);
  const needsEnrolment = ref(false);
  const live = useLive<KioskState>({
    surface: "kiosk",
    key: kiosk,
    mayReload: () => view.value.name === "home" && !busy.value && !companion.value,
  });
  const standby = useStandby(live, () => view.value.name === "home" && !busy.value);
  world.own = {
    takesOver: standby.takesOver,
    take: (key, item, klass, companion) => standby.line.take(key, item, klass, companion),
  };
  const offer = useCatalogue(live, needsEnrolment, () => view.value.name === "home");

  /** Another view comes up under the finger. */
  function turn(): void {
    serial.value += 1;
    settling.changed();
  }

  function go(next: View): void {
    turn();
    trouble.value = "";
    stack.value = [...stack.value, next];
  }

  /** Earlier step within a view; returns false if there is none. */
  const innerBack = shallowRef<(() => boolean) | null>(null);

  function back(): void {
    if (innerBack.value?.()) return;
    turn();
    trouble.value = "";
    if (stack.value.length > 1) stack.value = stack.value.slice(0, -1);
  }

  /** For the next person: everything as it was, number and language included. */
  function home(): void {
    turn();
    leavable.end();
    stack.value = [HOME];
    query.value = "";
    applicant.value = "ordinary";
    trouble.value = "";
    shown.value = null;
    companion.value = null;
    taking.forget();
    hush();
  }

  /** The same person goes on: the number is kept, also over a reload, until another one is shown. */
  function another(): void {
    turn();
    leavable.end();
    companion.value = shown.value?.ticket ?? null;
    shown.value = null;
    query.value = "";
    trouble.value = "";
    stack.value = [HOME];
  }

  function nextPerson(): void {
    home();
    elder.value = false;
    setLang("zh", false);
  }

  function showResult(issued: Taken): void {
    const seconds = live.state.value?.result_seconds ?? 25;
    companion.value = null;
    shown.value = { ...issued, until: Date.now() + seconds * 1000 };
    taking.show(shown.value);
    turn();
    leavable.changed(UNPRINTED_MS);
    stack.value = [HOME, { name: "result" }];
  }

  async function take(item: string): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    trouble.value = "";
    try {
      const first = companion.value;
      showResult(await taking.take(item, applicant.value, first?.token));
    } catch (error) {
      trouble.value = error instanceof ApiError ? error.words() : String(error);
      if (error instanceof ApiError && error.status === 401) needsEnrolment.value = true;
    } finally {
      busy.value = false;
    }
  }

  /** After a reload: the number that was shown, or the press that had no answer. */
  function resume(): void {
    if (shown.value) {
      stack.value = [HOME, { name: "result" }];
      return;
    }
    const pending = taking.pending();
    if (!pending) return;
    applicant.value = pending.applicant;
    stack.value = [HOME, { name: "item", code: pending.item }];
    void take(pending.item);
  }

  /** Paper in the hand ends the wait; news that there is none begins it anew. */
  watch(() => slipOf(shown.value, live.state.value)?.state, (state) => {
    if (state === "printed") leavable.end();
    else if (shown.value && isUnprinted(state)) leavable.changed(UNPRINTED_MS);
  });
  useOwnSlip(shown, standby);
  const leaving = useLeaving({ view, shown, companion, busy, elder, live, taking, nextPerson });
  watch(elder, (on) => {
    if (on) document.documentElement.setAttribute("data-elder", "on");
    else document.documentElement.removeAttribute("data-elder");
  });

  return {
    kiosk, view, serial, depth: computed(() => stack.value.length), query, applicant, elder, busy, trouble,
    shown, companion, another, needsEnrolment, live, standby, settling, leavable, ...offer, go, back, innerBack, home, nextPerson, take, showResult, resume, leaving, taking,
  };
}

export type Model = ReturnType<typeof makeModel>;
export const MODEL: InjectionKey<Model> = Symbol("kiosk");

export function useModel(): Model {
  const model = inject(MODEL);
  if (!model) throw new Error("a view outside the kiosk's page");
  return model;
}

/** The catalogue: fetched until it is there, and anew when the hall has a newer one. */
function useCatalogue(live: Live<KioskState>, needsEnrolment: Ref<boolean>, quiet: () => boolean) {
  const catalogue = shallowRef<KioskCatalogue | null>(null);
  const units = computed(() => new Map((catalogue.value?.units ?? []).map((entry): [string, UnitRef] => [entry.code, entry])));
  const items = computed(() => new Map((catalogue.value?.items ?? []).map((entry): [string, ItemRef] => [entry.code, entry])));
  const popular = computed(() => {
    const codes = [...(live.state.value?.pinned ?? []), ...(catalogue.value?.popular ?? [])];
    const liked = codes.flatMap((code) => items.value.get(code) ?? []);
    const others = [...items.value.values()].filter(firstOfUnit(units.value));
    return [...new Set([...liked, ...others])].slice(0, POPULAR);
  });
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function load(): Promise<void> {
    clearTimeout(timer);
    try {
      // Both at once: people stand before an empty page until the second is there.
      const [session, names] = await Promise.all([loadSession(), get("/api/v1/catalogue")]);
      needsEnrolment.value = session.kind !== "kiosk";
      catalogue.value = names;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) needsEnrolment.value = true;
      timer = setTimeout(() => void load(), TRY_AGAIN_MS);
    }
  }

  // Nothing changes under a finger: a newer catalogue is taken over between two people.
  watch([live.state, quiet], ([state, calm]) => {
    if (state && calm && catalogue.value && state.catalogue !== catalogue.value.version) void load();
  });
  watch(live.refused, (code) => {
    if (code === "not_signed_in" || code === "token_revoked") needsEnrolment.value = true;
  });
  onScopeDispose(() => clearTimeout(timer));
  return { catalogue, units, items, popular, load };
}

/** The slip of the number shown, as last heard of. */
function slipOf(shown: Shown | null, state: KioskState | null): SlipState | null {
  return shown ? (state?.slips[shown.ticket.id] ?? shown.ticket.slip) : null;
}

function isUnprinted(state: SlipState["state"] | undefined): boolean {
  return state === "failed" || state === "unknown" || state === "none";
}

/** While the result of an own number shows: what the printer did, asked of this PC. */
function useOwnSlip(shown: Ref<Shown | null>, standby: Standby): void {
  async function ask(): Promise<void> {
    const now = shown.value;
    if (!now?.key || !givenHere(now.ticket) || now.ticket.slip.state !== "sent") return;
    const ticket = await standby.line.ofKey(now.key).catch(() => null);
    if (ticket && shown.value?.key === now.key) shown.value = { ...shown.value, ticket };
  }
  const timer = setInterval(() => void ask(), 600);
  onScopeDispose(() => clearInterval(timer));
}

/** While a hall has few figures of its own: the first item of each unit that is here. */
function firstOfUnit(units: ReadonlyMap<string, UnitRef>): (item: ItemRef) => boolean {
  const seen = new Set<string>();
  return (item) => {
    if (seen.has(item.unit) || units.get(item.unit)?.presence !== "hall" || item.handling !== "accepted") return false;
    seen.add(item.unit);
    return true;
  };
}

interface LeavingParts {
  view: Ref<View>;
  shown: Ref<Shown | null>;
  companion: Ref<TicketView | null>;
  busy: Ref<boolean>;
  elder: Ref<boolean>;
  live: Live<KioskState>;
  taking: Taking;
  nextPerson: () => void;
}

/** Seconds until the page goes home by itself; null where it has no reason to. */
function useLeaving(parts: LeavingParts): Ref<number | null> {
  const { view, shown, companion, busy, elder, live, taking, nextPerson } = parts;
  const left = ref<number | null>(null);
  const longer = new Set<string>();
  let idleUntil = 0;

  const stay = (seconds: number): void => {
    const now = shown.value;
    const until = Date.now() + seconds * 1000;
    if (!now || until <= now.until) return;
    shown.value = { ...now, until };
    taking.show(shown.value);
  };
  const touched = (): void => {
    idleUntil = Date.now() + (live.state.value?.idle_seconds ?? 60) * 1000;
    if (view.value.name === "result") stay(live.state.value?.result_seconds ?? 25);
  };
  const look = (): void => {
    const fresh = view.value.name === "home" && !elder.value && lang.value === "zh" && !companion.value;
    if (fresh || busy.value) {
      left.value = null;
      if (busy.value) idleUntil = Date.now() + PATIENCE_MS;
      return;
    }
    const until = view.value.name === "result" ? (shown.value?.until ?? 0) : idleUntil;
    left.value = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    if (left.value === 0) nextPerson();
  };
  touched();
  watch([view, elder, lang, busy, companion], () => {
    touched();
    look();
  });
  watch([live.state, shown], ([state]) => {
    const unprinted = isUnprinted(slipOf(shown.value, state)?.state);
    if (unprinted && !longer.has(shown.value?.ticket.id ?? "")) {
      longer.add(shown.value?.ticket.id ?? "");
      stay((state?.result_seconds ?? 25) * UNPRINTED_LONGER);
    }
  });

  const timer = setInterval(look, 250);
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, touched, { capture: true });
  onScopeDispose(() => {
    clearInterval(timer);
    for (const kind of ["pointerdown", "keydown"]) removeEventListener(kind, touched, { capture: true });
  });
  return left;
}
