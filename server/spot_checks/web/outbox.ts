// Marks on their way to the server. Each is written into the phone's own database first and taken
// out when the server has it, so a dead spot, a reload or an empty battery loses nothing. Sent in
// order, one at a time; the id made here lets the server keep a mark once, however often it comes.
// Without a database (a private window) marks wait in memory, and `safe` says so.
import { type Ref, onScopeDispose, ref, shallowRef } from "vue";
import { ApiError, post } from "@web/api.ts";
import type { MarkWindow } from "@web/wire.gen.ts";

/** Mark that a checker tapped at a window. */
export interface Tapped {
  mark: "at_post" | "serving" | "away" | "empty";
  reason?: NonNullable<MarkWindow["reason"]>;
  faults?: string[];
  note?: string;
  photos?: Blob[];
}

export interface Waiting {
  id: string;
  check: string;
  /** null: the end of the walk. */
  mark: Omit<MarkWindow, "photos"> | null;
  photos: Blob[];
  /** Why the server does not want it; empty while it is to be sent. */
  refused: string;
  /** Order of the taps. */
  order: number;
}

export interface Outbox {
  waiting: Ref<readonly Waiting[]>;
  /** True if a reload keeps the waiting marks. */
  safe: Ref<boolean>;
  signedOut: Ref<boolean>;
  add: (element: Omit<Waiting, "refused" | "order">) => void;
  drop: (id: string) => void;
  /** Try one again that was refused. */
  again: (id: string) => void;
  kick: () => void;
}

const DATABASE = "hallkeeper.checks";
const STORE = "outbox";
const AGAIN_MS = 3000;
/** Answers that say nothing about the mark itself: it is tried again. */
const LATER = new Set(["network", "unavailable", "too_many"]);

function open(): Promise<IDBDatabase> {
  return new Promise((done, failed) => {
    const call = indexedDB.open(DATABASE, 1);
    call.onupgradeneeded = () => call.result.createObjectStore(STORE, { keyPath: "id" });
    call.onsuccess = () => done(call.result);
    call.onerror = () => failed(call.error ?? new Error("no database"));
  });
}

function finished<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error ?? new Error("database failed"));
  });
}

/** Sends one entry; photos first, and the server gives the same photo the same id. */
async function deliver(element: Waiting): Promise<void> {
  const common = { path: { check: element.check }, giveUpMs: 1 };
  if (element.mark === null) {
    await post("/api/v1/office/checks/{check}/finish", { ...common, key: element.id });
    return;
  }
  const photos: string[] = [];
  for (const blob of element.photos) {
    const form = new FormData();
    form.append("photo", blob, "photo.jpg");
    const item = await post("/api/v1/office/checks/{check}/photos", { ...common, body: form, timeoutMs: 30_000 });
    photos.push(item.id);
  }
  await post("/api/v1/office/checks/{check}/marks", { ...common, key: element.id, body: { ...element.mark, photos } });
}

export function useOutbox(): Outbox {
  const waiting = shallowRef<readonly Waiting[]>([]);
  const safe = ref(true);
  const signedOut = ref(false);
  let database: IDBDatabase | null = null;
  let sending = false;
  let order = Date.now();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const store = (): IDBObjectStore | undefined => database?.transaction(STORE, "readwrite").objectStore(STORE);

  async function start(): Promise<void> {
    try {
      database = await open();
      const item = await finished(database.transaction(STORE).objectStore(STORE).getAll() as IDBRequest<Waiting[]>);
      const ids = new Set(waiting.value.map((element) => element.id));
      const older = item.filter((element) => !ids.has(element.id)).sort((a, b) => a.order - b.order);
      for (const element of waiting.value) store()?.put(element);
      waiting.value = [...older, ...waiting.value];
    } catch {
      safe.value = false;
    }
    void kick();
  }

  function add(element: Omit<Waiting, "refused" | "order">): void {
    order += 1;
    const entry: Waiting = { ...element, refused: "", order };
    waiting.value = [...waiting.value, entry];
    store()?.put(entry);
    void kick();
  }

  function drop(id: string): void {
    waiting.value = waiting.value.filter((element) => element.id !== id);
    store()?.delete(id);
  }

  /** Notes why the server does not want it; the others go on. Empty words: to be sent again. */
  function refuse(id: string, words: string): void {
    waiting.value = waiting.value.map((element) => (element.id === id ? { ...element, refused: words } : element));
    const entry = waiting.value.find((element) => element.id === id);
    if (entry) store()?.put(entry);
  }

  function again(id: string): void {
    refuse(id, "");
    void kick();
  }

  /** Send one mark; return true if the next one may follow at once. */
  async function tryOne(entry: Waiting): Promise<boolean> {
    try {
      await deliver(entry);
      drop(entry.id);
      signedOut.value = false;
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      signedOut.value = error.code === "not_signed_in" || error.code === "csrf";
      if (signedOut.value || LATER.has(error.code)) return false;
      refuse(entry.id, error.words());
      return true;
    }
  }

  async function kick(): Promise<void> {
    clearTimeout(timer);
    if (sending) return;
    sending = true;
    try {
      for (;;) {
        const next = waiting.value.find((element) => !element.refused);
        if (!next || !(await tryOne(next))) break;
      }
    } finally {
      sending = false;
      if (waiting.value.some((element) => !element.refused)) timer = setTimeout(() => void kick(), AGAIN_MS);
    }
  }

  const online = (): void => void kick();
  addEventListener("online", online);
  onScopeDispose(() => {
    clearTimeout(timer);
    removeEventListener("online", online);
  });
  void start();
  return { waiting, safe, signedOut, add, drop, again, kick: online };
}
